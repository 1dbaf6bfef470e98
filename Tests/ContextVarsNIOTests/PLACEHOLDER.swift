#if NIO
import ContextVars
#endif
