#if AsyncHTTPClient
import ContextVars
#endif
