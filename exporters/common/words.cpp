#include "exporters/common/words.h"

#include "core/text/sentence.h"

#include <fmt/format.h>

namespace alwayson::exporters {

std::string called(const Node& node) {
    return node.name.empty() || node.name == node.id.str()
               ? node.id.str()
               : fmt::format("{} (\"{}\")", node.id.str(), shownName(node.name));
}

Error badHost(const Node& node, const std::string& host) {
    return Error{ErrorKind::invalidInput,
                 "export.host",
                 fmt::format("the address \"{}\" of {} is neither an IP address nor a DNS name.",
                             shownName(host), called(node)),
                 "Set deploy.host to something like 192.168.1.100, 2001:db8::10 or web1.example.com.",
                 {}};
}

std::string fill(std::string_view text, std::string_view mark, std::string_view with) {
    std::string out(text);
    for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + with.size()))
        out.replace(at, mark.size(), with);
    return out;
}

} // namespace alwayson::exporters
