package dev.ashlar.cli;

import dev.ashlar.raid.RaidLevel;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** RAID levels as mdadm takes them: {@code 6}, {@code raid6}, {@code mirror}, {@code stripe}. */
final class LevelConverter implements ITypeConverter<RaidLevel> {
    @Override
    public RaidLevel convert(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        String number =
                switch (word) {
                    case "stripe" -> "0";
                    case "mirror" -> "1";
                    default -> word.startsWith("raid") ? word.substring(4) : word;
                };
        for (RaidLevel level : RaidLevel.values()) {
            if (number.equals(Integer.toString(level.number()))) {
                return level;
            }
        }
        throw new TypeConversionException("'" + text + "' is none of the levels 0, 1, 4, 5, 6 and 10");
    }
}
