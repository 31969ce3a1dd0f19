package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsSetupException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a PEM file (RFC 7468), in their order. Text between them, which certtool and openssl like to write, is
 * left out.
 */
final class PemFile {
    private static final long MAX_BYTES = 4 << 20;
    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN ([A-Z0-9 ]+)-----\\s*?\\n((?:[A-Za-z-]+:.*\\n)*)(.*?)-----END \\1-----", Pattern.DOTALL);

    /**
     * One block.
     *
     * @param label what stands behind BEGIN
     * @param headers lines before the content, which only old encrypted keys have; "" without
     * @param der the content
     */
    record Block(String label, String headers, byte[] der) {}

    private final Path path;
    private final List<Block> blocks;

    private PemFile(Path path, List<Block> blocks) {
        this.path = path;
        this.blocks = blocks;
    }

    /** Reads a whole file of ours, saying which one it is if that fails. */
    static String text(Path path, String what) throws TlsSetupException {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new TlsSetupException(what + " " + path + " is larger than 4 MiB");
            }
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new TlsSetupException(what + " " + path + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new TlsSetupException(what + " " + path + " may not be read by this user", e);
        } catch (TlsSetupException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsSetupException(what + " " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads {@code path}; {@code what} it is stands in the messages. */
    static PemFile read(Path path, String what) throws TlsSetupException {
        List<Block> found = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text(path, what));
        while (matcher.find()) {
            try {
                byte[] der = Base64.getMimeDecoder().decode(matcher.group(3));
                found.add(new Block(matcher.group(1), matcher.group(2), der));
            } catch (IllegalArgumentException e) {
                throw new TlsSetupException(what + " " + path + " has a PEM block that is no base64", e);
            }
        }
        if (found.isEmpty()) {
            throw new TlsSetupException(what + " " + path + " is no PEM file");
        }
        return new PemFile(path, found);
    }

    Path path() {
        return path;
    }

    /** All blocks. */
    List<Block> blocks() {
        return blocks;
    }

    /** The contents of the blocks with this label. */
    List<byte[]> all(String label) {
        return blocks.stream().filter(block -> block.label().equals(label)).map(Block::der).toList();
    }
}
