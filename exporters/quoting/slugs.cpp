#include "exporters/quoting/slugs.h"

#include <algorithm>

namespace alwayson::exporters::quoting {

namespace {

constexpr std::size_t kLongest = 63;

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

} // namespace

std::string Slugs::unique(std::string name, char separator) {
    const auto key = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(), lower);
        return text;
    };
    std::string candidate = name;
    for (std::size_t i = 2; !m_taken.insert(key(candidate)).second; ++i) {
        const std::string suffix = separator + std::to_string(i);
        candidate = name.substr(0, kLongest - suffix.size()) + suffix;
    }
    return candidate;
}

std::string Slugs::name(std::string_view wanted) {
    std::string slug;
    for (const char c : wanted.substr(0, 4 * kLongest)) {
        const bool keep = isLetter(c) || isDigit(c) || c == '_' || c == '.' || c == '-';
        if (keep)
            slug += c;
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
    }
    while (!slug.empty() && slug.back() == '-')
        slug.pop_back();
    if (slug.empty() || !isLetter(slug.front())) slug = 'n' + slug;
    return unique(slug.substr(0, kLongest), '-');
}

std::string Slugs::variable(std::string_view wanted) {
    std::string slug;
    for (const char c : wanted.substr(0, 4 * kLongest)) {
        if (isLetter(c) || isDigit(c))
            slug += upper(c);
        else if (!slug.empty() && slug.back() != '_')
            slug += '_';
    }
    while (!slug.empty() && slug.back() == '_')
        slug.pop_back();
    if (slug.empty() || !isLetter(slug.front())) slug = 'N' + slug;
    return unique(slug.substr(0, kLongest), '_');
}

} // namespace alwayson::exporters::quoting
