import ContextVarsC
import CContextVarsProgram
import Testing

/// Runs what is written in C.
///
/// The checks, and what they print when they fail, are in Tests/Support/CContextVarsProgram.
@Suite(.serialized) struct CInterfaceTests {
    @Test func programInC() {
        #expect(ctxvars_program_run() == 0)
    }

    @Test func programInCAgainAndAgain() {
        for _ in 0..<5 {
            #expect(ctxvars_program_run() == 0)
        }
    }
}
