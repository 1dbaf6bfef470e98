#if Tracing
import ContextVars
#endif
