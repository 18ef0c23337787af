/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.IdMap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class StandInsTest {
    private static final IdMap IDS = IdMap.parse("0 100000 65536\n");
    private static final FileStatus MOVED = new FileStatus(
            FileStatus.Kind.FILE, 0644, Owners.STAND_IN, Owners.STAND_IN, 0, Instant.EPOCH, 1, 1, 1, 0, 0, null);

    private static Tree tree(int files, int uid) {
        List<Entry> entries = IntStream.range(0, files)
                .mapToObj(i -> Entry.file("f" + i, 0644, uid, uid, 0, Instant.EPOCH))
                .toList();
        return Tree.of(List.of(new TreeIndex(entries, List.of(), List.of(), Map.of())));
    }

    @Test
    void whatTheParentSaysIsGatheredOnceForAllFiles() {
        int files = 60_000;
        StandIns owners = new Owners(IDS, IDS).over(tree(files, 70_000));

        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < files; i++) {
                assertThat(owners.user("moved" + i, MOVED)).isEqualTo(70_000);
            }
        });
    }

    @Test
    void anOwnerThatTheNamespaceHasIsTheOwner() {
        StandIns owners = new Owners(IDS, IDS).over(tree(1, 5));

        assertThat(owners.user("f0", MOVED)).isEqualTo(Owners.STAND_IN);
        assertThat(owners.group("f0", MOVED)).isEqualTo(Owners.STAND_IN);
    }
}
