// SPDX-License-Identifier: Apache-2.0
import CContextVarsProgram
import ContextVarsC
import Testing

/// Runs what is written in C.
///
/// The checks, and what they print when they fail, are in Tests/Support/CContextVarsProgram.
@Suite(.serialized) struct CInterfaceTests {
    @Test func `A program in C finds all as the header says`() {
        #expect(ctxvars_program_run() == 0)
    }

    @Test func `The program in C can run again and again`() {
        for _ in 0..<5 {
            #expect(ctxvars_program_run() == 0)
        }
    }
}
