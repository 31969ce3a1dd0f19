package dev.ashlar.raid.parity;

/** What parity is computed for; each may be fastest in another implementation. */
public enum ParityOperation {
    /** P of all blocks. */
    GENERATE_P("generate P"),
    /** P and Q, or Q alone. */
    GENERATE_PQ("generate P+Q"),
    /** Comparing P, Q or both with what they should be. */
    CHECK("check P+Q"),
    /** Changing P and Q as one block changes. */
    UPDATE("update P+Q"),
    /** One data block, from P. */
    RECOVER_FROM_P("recover D"),
    /** One data block and P, from Q. */
    RECOVER_FROM_Q("recover D+P"),
    /** Two data blocks. */
    RECOVER_PAIR("recover D+D"),
    /** Adding one block to another. */
    XOR("xor"),
    /** Adding a multiple of one block to another. */
    MULTIPLY_ADD("multiply-add");

    private final String title;

    ParityOperation(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }
}
