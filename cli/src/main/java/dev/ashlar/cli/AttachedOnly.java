package dev.ashlar.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** For options whose value may be left out: a value must be attached by '=', so that what follows is no value. */
final class AttachedOnly implements IParameterPreprocessor {
    @Override
    public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
        if (" ".equals(info.get("separator"))) {
            words.push(((OptionSpec) argument).fallbackValue());
        }
        return false;
    }
}
