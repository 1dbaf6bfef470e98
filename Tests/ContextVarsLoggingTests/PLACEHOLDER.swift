#if Logging
import ContextVars
#endif
