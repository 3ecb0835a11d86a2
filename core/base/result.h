#pragma once
// Errors as values. Expected failures (bad input, I/O, cancelled) travel in Result<T>; bugs assert.

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace alwayson {

// What sort of failure it is; the command line maps each to one exit code (app/verbs/exit_code.h).
enum class ErrorKind : std::uint8_t {
    usage,              // wrong arguments
    invalidInput,       // a file or value that breaks a rule
    io,                 // the operating system refused
    unsupportedVersion, // a format version newer than this program
    budgetExceeded,     // event, time or memory budget used up
    cancelled,          // stopped on request
    internal            // a bug in this program
};

// Where in a file an error is. line and column count from 1, column in bytes; 0 means unknown.
struct Place {
    std::string file;
    std::string pointer; // JSON pointer (RFC 6901), "" for the whole document
    std::uint64_t line = 0;
    std::uint64_t column = 0;
};

struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string code;    // stable, for programs: "json.duplicate_key", "design.dangling_reference", ...
    std::string message; // one sentence for people, naming the thing
    std::string cure;    // what to do about it, "" when the message says it all
    Place place;
};

// "shop.aon.json:12:7 (/nodes/3/kind): no kind named \"servr\". Did you mean \"server\"?"
std::string describe(const Error& error);

struct Unit {};

// Either a value or an Error. Not default constructible; check ok() before value().
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}     // NOLINT: implicit by design
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {} // NOLINT: implicit by design

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T& value() const& {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    T& value() & {
        assert(ok());
        return *std::get_if<0>(&m_state);
    }
    T&& value() && {
        assert(ok());
        return std::move(*std::get_if<0>(&m_state));
    }
    const Error& error() const& {
        assert(!ok());
        return *std::get_if<1>(&m_state);
    }
    Error&& error() && {
        assert(!ok());
        return std::move(*std::get_if<1>(&m_state));
    }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }

private:
    std::variant<T, Error> m_state;
};

using Status = Result<Unit>;
inline Status success() {
    return Unit{};
}

} // namespace alwayson
