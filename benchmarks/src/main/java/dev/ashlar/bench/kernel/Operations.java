package dev.ashlar.bench.kernel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/** What a {@link Coder} does, by the names of the benchmarks. */
final class Operations {
    static final Map<String, ObjIntConsumer<Coder>> BY_NAME = byName();

    private Operations() {}

    private static Map<String, ObjIntConsumer<Coder>> byName() {
        Map<String, ObjIntConsumer<Coder>> operations = new LinkedHashMap<>();
        operations.put("generateP", Coder::generateP);
        operations.put("generatePq", Coder::generatePq);
        operations.put("check", Coder::check);
        operations.put("recoverD", Coder::recoverD);
        operations.put("recoverDp", Coder::recoverDp);
        operations.put("recoverDq", Coder::recoverDq);
        operations.put("recoverDd", Coder::recoverDd);
        operations.put("xor", Coder::xor);
        operations.put("multiplyAccumulate", Coder::multiplyAccumulate);
        operations.put("update", Coder::update);
        return operations;
    }
}
