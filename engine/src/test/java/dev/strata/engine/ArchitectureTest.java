/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine;

import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The table of rooms: each may use only rooms that stand before it.
class ArchitectureTest {
    private static final String ENGINE = "dev.strata.engine.";
    private static final List<String> ROOMS = List.of(
            "problem",
            "linux",
            "content",
            "reference",
            "image",
            "report",
            "trust",
            "git",
            "layer",
            "snapshot",
            "dockerfile",
            "plan",
            "cache",
            "exec",
            "registry",
            "solve",
            "build");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.strata.engine");

    @Test
    void everyClassLivesInARoomOfTheTable() {
        Set<String> rooms = new TreeSet<>();
        CLASSES.forEach(each -> rooms.add(room(each)));

        assertThat(rooms).containsExactlyInAnyOrderElementsOf(ROOMS);
    }

    @Test
    void aRoomUsesOnlyRoomsBeforeIt() {
        var wrong = new ArrayList<String>();
        for (JavaClass each : CLASSES) {
            each.getDirectDependenciesFromSelf().stream()
                    .filter(use -> use.getTargetClass().getPackageName().startsWith(ENGINE))
                    .filter(use -> ROOMS.indexOf(room(use.getTargetClass())) > ROOMS.indexOf(room(each)))
                    .forEach(use -> wrong.add(use.getDescription()));
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void onlyTheRoomLinuxTouchesForeignMemory() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + "linux")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(CLASSES);
    }

    @Test
    void onlyTheRoomBuildUsesTheStandardStreams() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + "build")
                .should(accessField(System.class, "out").or(accessField(System.class, "err")))
                .check(CLASSES);
    }

    @Test
    void onlyTheRoomBuildReadsTheEnvironment() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + "build")
                .should()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .check(CLASSES);
    }

    @Test
    void namesSayWhatAClassIsForAndNotThatItHelps() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .allowEmptyShould(true)
                .because("a name says what something is; `CredentialHelper` is the outside program's own name")
                .check(CLASSES.that(new com.tngtech.archunit.base.DescribedPredicate<>("not named by docker") {
                    @Override
                    public boolean test(JavaClass each) {
                        return !each.getSimpleName().equals("CredentialHelper");
                    }
                }));
    }

    private static String room(JavaClass each) {
        String name = each.getPackageName();
        return name.startsWith(ENGINE) ? name.substring(ENGINE.length()) : name;
    }
}
