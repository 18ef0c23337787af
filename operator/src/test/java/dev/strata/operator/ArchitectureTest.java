/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.strata.operator");

    @Test
    void ofTheEngineOnlyProblemReferenceReportTrustAndGitAreUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.strata.engine.build..",
                        "dev.strata.engine.cache..",
                        "dev.strata.engine.dockerfile..",
                        "dev.strata.engine.exec..",
                        "dev.strata.engine.image..",
                        "dev.strata.engine.layer..",
                        "dev.strata.engine.linux..",
                        "dev.strata.engine.plan..",
                        "dev.strata.engine.registry..",
                        "dev.strata.engine.snapshot..",
                        "dev.strata.engine.solve..",
                        "dev.strata.engine.content..")
                .check(CLASSES);
    }

    @Test
    void theSharedPartsKnowNoKind() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..operator.config",
                        "..operator.condition",
                        "..operator.confirm",
                        "..operator.git",
                        "..operator.log")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..operator.imagebuild", "..operator.registry", "dev.strata.crds..")
                .check(CLASSES);
    }

    @Test
    void theKindsKnowNothingOfEachOther() {
        slices().matching("dev.strata.operator.(imagebuild|registry)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(CLASSES);
    }
}
