// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Runtime)
internal import Runtime
#endif

/// Finds the lines of return addresses, each once in the process.
///
/// Looking up takes from microseconds to a second, for the first address of a large program. Nobody waits for it where
/// contexts are used.
enum Symbols {
    private static let known = Locked<[UInt: [Symbol]]>([:])
    /// How many addresses are remembered before it starts anew.
    private static let limit = 100_000

    /// A function that an address lies in: several for one address where functions were inlined, the innermost first.
    struct Symbol: Sendable {
        let site: CallSite
        let kind: Kind

        /// What a function is: the program's, a thunk of the compiler's, into which the optimiser may have put one of the
        /// program's, the system's, or this package's.
        enum Kind { case program, thunk, library, own }
    }

    /// The line in the program that something happened at: the innermost one that is neither this package's nor the
    /// system's.
    static func site(of place: Place) -> CallSite? {
        let symbols = symbols(of: place)
        return
            (symbols.first { $0.kind == .program && $0.site.source != nil } ?? symbols.first { $0.kind == .program }
            ?? symbols.first { $0.kind == .thunk } ?? symbols.first { $0.kind == .library } ?? symbols.first)?.site
    }

    /// All lines, from that one on.
    static func backtrace(of place: Place) -> [CallSite] {
        let symbols = symbols(of: place)
        guard symbols.contains(where: { $0.kind == .program }) else {
            return symbols.drop { $0.kind != .thunk }.map(\.site)
        }
        return symbols.drop { $0.kind != .program }.filter { $0.kind != .thunk }.map(\.site)
    }

    private static func symbols(of place: Place) -> [Symbol] {
        let missing = known.withLock { known in
            if known.count > limit { known.removeAll() }
            return place.addresses.filter { known[$0] == nil }
        }
        if !missing.isEmpty {
            let found = lookUp(missing)
            known.withLock { $0.merge(found) { $1 } }
            return place.addresses.flatMap { address in known.withLock { $0[address] } ?? found[address] ?? [] }
        }
        return known.withLock { known in place.addresses.flatMap { known[$0] ?? [] } }
    }

    /// Finds the lines of many addresses at once.
    static func prepare(_ addresses: Set<UInt>) {
        let missing = known.withLock { known in addresses.filter { known[$0] == nil } }
        let all = Array(missing)
        for start in stride(from: 0, to: all.count, by: 256) {
            let found = lookUp(Array(all[start..<min(start + 256, all.count)]))
            known.withLock { $0.merge(found) { $1 } }
        }
    }

    #if canImport(Runtime)
    private static func lookUp(_ addresses: [UInt]) -> [UInt: [Symbol]] {
        var found: [UInt: [Symbol]] = [:]
        for address in addresses { found[address] = [Symbol(unknown: address)] }
        guard let backtrace = backtrace(through: addresses), let symbolicated = backtrace.symbolicated() else {
            return found
        }
        var symbols: [UInt: [Symbol]] = [:]
        for frame in symbolicated.frames {
            guard let address = UInt(frame.captured.originalProgramCounter) else { continue }
            guard let symbol = frame.symbol else { continue }
            symbols[address, default: []].append(Symbol(symbol, at: address, isThunk: frame.isSwiftThunk))
        }
        return found.merging(symbols) { $1 }
    }

    /// A backtrace with given return addresses.
    ///
    /// The module `Runtime` makes one of what it finds on a stack, or of its own JSON. This is the latter: a byte for
    /// the format and the width of a word, then for each frame a byte that says "return address of 8 bytes" and the
    /// difference from the last address, its highest byte first.
    private static func backtrace(through addresses: [UInt]) -> Backtrace? {
        var bytes: [UInt8] = [0x02]
        var last: UInt64 = 0
        for address in addresses {
            bytes.append(0x27)
            bytes += withUnsafeBytes(of: (UInt64(address) &- last).bigEndian) { Array($0) }
            last = UInt64(address)
        }
        let images = ImageMap.capture()
        guard let map = try? JSONEncoder().encode(images), let capture = try? Backtrace.capture(limit: 1),
            let imageMap = try? JSONDecoder().decode(String.self, from: map)
        else { return nil }
        let form = [
            "architecture": capture.architecture, "imageMap": imageMap,
            "backtrace": Data(bytes).base64EncodedString(),
        ]
        return (try? JSONEncoder().encode(form)).flatMap { try? JSONDecoder().decode(Backtrace.self, from: $0) }
    }
    #else
    private static func lookUp(_ addresses: [UInt]) -> [UInt: [Symbol]] {
        Dictionary(addresses.map { ($0, [Symbol(unknown: $0)]) }) { $1 }
    }
    #endif
}

extension Symbols.Symbol {
    fileprivate init(unknown address: UInt) {
        site = CallSite(function: nil, source: nil, address: UInt64(address), image: nil)
        kind = .library
    }

    #if canImport(Runtime)
    fileprivate init(_ symbol: SymbolicatedBacktrace.Symbol, at address: UInt, isThunk: Bool) {
        let source = symbol.sourceLocation.flatMap { location in
            location.line > 0 ? CallSite.Source(path: location.path, line: location.line) : nil
        }
        site = CallSite(function: symbol.name, source: source, address: UInt64(address), image: symbol.imageName)
        if Self.isOwn(symbol.rawName) || source.map({ Self.isOwn(file: $0.path) }) == true {
            kind = .own
        } else if symbol.isSystemFunction || Self.isLibrary(symbol) {
            kind = .library
        } else {
            kind = isThunk ? .thunk : .program
        }
    }

    /// Whether a mangled name is that of a function of this package.
    private static func isOwn(_ name: String) -> Bool {
        if name.hasPrefix("contextvars_") { return true }
        return ownPrefixes.contains { name.hasPrefix($0) }
    }

    /// Whether a file is one of this package's sources.
    ///
    /// C functions are recognised by it, and functions that the optimiser has made.
    private static func isOwn(file path: String) -> Bool {
        let folders = path.split(separator: "/").dropLast()
        return zip(folders, folders.dropFirst()).contains { $0 == "Sources" && ownTargets.contains(String($1)) }
    }

    private static let ownModules = [
        "ContextVars", "ContextVarsC", "ContextVarsDispatch", "ContextVarsFoundation", "ContextVarsTesting",
        "ContextVarsDiagnostics", "ContextVarsAutomatic", "ContextVarsNIO", "ContextVarsLogging", "ContextVarsTracing",
        "ContextVarsHummingbird", "ContextVarsAsyncHTTPClient", "ContextVarsGRPC", "PersistentCollections",
    ]

    private static let ownPrefixes = ownModules.map { "$s\($0.utf8.count)\($0)" }

    private static let ownTargets = Set(
        ownModules + ["CContextVars", "CContextVarsAutomatic", "CContextVarsDiagnostics", "CContextVarsFrames"])

    /// Whether a function is Dispatch's, Foundation's or the system's, also in a program that has them linked in.
    private static func isLibrary(_ symbol: SymbolicatedBacktrace.Symbol) -> Bool {
        let image = symbol.imageName
        if image.hasPrefix("libswift") || image.hasPrefix("libdispatch") || image.hasPrefix("libFoundation")
            || image.hasPrefix("lib_Foundation") || image.hasPrefix("libc.") || image.hasPrefix("libBlocksRuntime")
        {
            return true
        }
        let name = symbol.rawName
        if !name.hasPrefix("$s") { return symbol.sourceLocation == nil }
        // In a mangled name: the module of the Swift overlay of Dispatch, the standard library, its concurrency.
        return name.contains("8DispatchE") || name.hasPrefix("$ss") || name.hasPrefix("$sSc")
            || name.hasPrefix("$s10Foundation") || name.hasPrefix("$s8Dispatch")
    }
    #endif
}
