#if GRPC
import ContextVars
#endif
