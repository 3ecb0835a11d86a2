#include "core/io/canonical_json.h"

#include "core/base/json.h"
#include "core/io/json_text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <vector>

namespace alwayson::io {

namespace {

constexpr std::size_t kNumbersPerLine = 8;
constexpr double kLargestInteger = 9007199254740992.0; // 2^53

// A container on the way down: objects and arrays have the same iterator.
struct Level {
    const Json* container;
    Json::const_iterator next;
    std::size_t index = 0;
};

void appendString(std::string& out, const std::string& text) {
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20)
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", int{c});
            else
                out += c;
        }
    }
    out += '"';
}

void appendDouble(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
    } else if (value == std::trunc(value) && std::fabs(value) <= kLargestInteger) {
        fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(value)); // -0 becomes 0
    } else {
        const std::string text = fmt::format("{}", value);
        out += text;
        // Whole numbers of this size must not look like integers, which the reader would refuse.
        if (text.find_first_of(".e") == std::string::npos) out += ".0";
    }
}

void appendScalar(std::string& out, const Json& json) {
    switch (json.type()) {
    case Json::value_t::string:
        appendString(out, json.get_ref<const std::string&>());
        break;
    case Json::value_t::boolean:
        out += json.get<bool>() ? "true" : "false";
        break;
    case Json::value_t::number_integer:
        fmt::format_to(std::back_inserter(out), "{}", json.get<std::int64_t>());
        break;
    case Json::value_t::number_unsigned:
        fmt::format_to(std::back_inserter(out), "{}", json.get<std::uint64_t>());
        break;
    case Json::value_t::number_float:
        appendDouble(out, json.get<double>());
        break;
    default:
        out += "null";
    }
}

bool fitsOnOneLine(const Json& array) {
    return array.is_array() && array.size() <= kNumbersPerLine &&
           std::all_of(array.begin(), array.end(), [](const Json& item) { return item.is_number(); });
}

void appendFlat(std::string& out, const Json& array) {
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (i > 0) out += ", ";
        appendScalar(out, array[i]);
    }
    out += ']';
}

void startLine(std::string& out, std::size_t depth) {
    out += '\n';
    out.append(2 * depth, ' ');
}

// Appends a scalar, an empty or a flat container; puts any other container on the stack.
void enter(std::string& out, const Json& json, std::vector<Level>& levels) {
    if (json.is_object() && json.empty()) {
        out += "{}";
    } else if (fitsOnOneLine(json)) {
        appendFlat(out, json);
    } else if (json.is_structured()) {
        out += json.is_object() ? '{' : '[';
        levels.push_back(Level{&json, json.begin()});
    } else {
        appendScalar(out, json);
    }
}

} // namespace

std::string canonicalText(const Json& json) {
    std::string out;
    std::vector<Level> levels;
    enter(out, json, levels);
    while (!levels.empty()) {
        Level& level = levels.back();
        const bool object = level.container->is_object();
        if (level.next == level.container->end()) {
            levels.pop_back();
            startLine(out, levels.size());
            out += object ? '}' : ']';
            continue;
        }
        if (level.index++ > 0) out += ',';
        startLine(out, levels.size());
        if (object) {
            appendString(out, level.next.key());
            out += ": ";
        }
        const Json& child = *level.next;
        ++level.next; // before enter, which may move the levels
        enter(out, child, levels);
    }
    out += '\n';
    return out;
}

std::optional<std::string> firstNonFinite(const Json& json) {
    std::vector<Level> levels;
    const auto bad = [](const Json& item) {
        return item.is_number_float() && !std::isfinite(item.get<double>());
    };
    if (bad(json)) return std::string();
    if (json.is_structured()) levels.push_back(Level{&json, json.begin()});
    while (!levels.empty()) {
        Level& level = levels.back();
        if (level.next == level.container->end()) {
            levels.pop_back();
            if (!levels.empty()) {
                ++levels.back().next;
                ++levels.back().index;
            }
            continue;
        }
        const Json& child = *level.next;
        if (child.is_structured()) {
            levels.push_back(Level{&child, child.begin()});
            continue;
        }
        if (bad(child)) {
            std::string pointer;
            for (const Level& step : levels)
                pointer += step.container->is_object() ? pointerStep(step.next.key())
                                                       : fmt::format("/{}", step.index);
            return pointer;
        }
        ++level.next;
        ++level.index;
    }
    return std::nullopt;
}

} // namespace alwayson::io
