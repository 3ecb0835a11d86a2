#pragma once
// Strong ids: a NodeId cannot be passed where a GroupId is wanted. Nodes, domains, groups and links of one
// design share one namespace, so that "web1" names one thing wherever it is written.

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace alwayson {

template <class Tag>
class Id {
public:
    Id() = default;
    explicit Id(std::string text) : m_text(std::move(text)) {}
    const std::string& str() const { return m_text; }
    bool empty() const { return m_text.empty(); }
    friend bool operator==(const Id&, const Id&) = default;
    friend std::strong_ordering operator<=>(const Id&, const Id&) = default;

private:
    std::string m_text;
};

using NodeId = Id<struct NodeTag>;
using DomainId = Id<struct DomainTag>;
using GroupId = Id<struct GroupTag>;
using LinkId = Id<struct LinkTag>;
using ScenarioId = Id<struct ScenarioTag>;
using ObjectiveId = Id<struct ObjectiveTag>;

// 1 to 64 characters of A-Z a-z 0-9 _ -. Complexity O(n).
bool isValidId(std::string_view text);

// A valid id made from a human name: "Web server 1" -> "web-server-1"; never empty.
std::string slugId(std::string_view name);

} // namespace alwayson

template <class Tag>
struct std::hash<alwayson::Id<Tag>> {
    std::size_t operator()(const alwayson::Id<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.str());
    }
};
