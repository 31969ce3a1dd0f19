package dev.ashlar.raid.array;

import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.MemberFields;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockIo;
import java.io.IOException;

/** A member's superblock: the array's part and its own. */
final class MemberSuperblock {
    private MemberSuperblock() {}

    /** Writes it, durable on return. */
    static void write(Member member, ArrayFields array, int minorVersion) throws IOException {
        MemberFields own = member.fields();
        int badBlocks = member.badBlocks().isEmpty() ? 0 : Features.BAD_BLOCKS;
        MemberFields written = own.withFeatures(own.features() & ~Features.BAD_BLOCKS | badBlocks);
        SuperblockIo.write(member.device(), new Superblock(minorVersion, array, written));
    }

    /** The member's fields while it is rebuilt, with its progress. */
    static MemberFields recovering(Member member) {
        int features = member.fields().features() & ~(Features.RECOVERY_OFFSET | Features.RECOVERY_BITMAP);
        features |= Features.RECOVERY_OFFSET;
        if (member.recoverByBitmap()) {
            return member.fields().withRecovery(features | Features.RECOVERY_BITMAP, 0);
        }
        return member.fields().withRecovery(features, member.recoveredBytes() / 512);
    }

    /** The member's fields when it holds its role's content, or has no role. */
    static MemberFields settled(Member member) {
        return member.fields().withRecovery(
                member.fields().features()
                        & ~(Features.RECOVERY_OFFSET | Features.RECOVERY_BITMAP | Features.REPLACEMENT),
                0);
    }
}
