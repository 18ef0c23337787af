/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
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
                .dependOnClassesThat(resideInAPackage("dev.strata.engine..")
                        .and(resideOutsideOfPackages(
                                "dev.strata.engine.problem",
                                "dev.strata.engine.reference",
                                "dev.strata.engine.report",
                                "dev.strata.engine.trust",
                                "dev.strata.engine.git")))
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
                        "..operator.informer",
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
