#if Hummingbird
import ContextVars
#endif
