#pragma once
// Small designs for tests: every node works for ever and carries any load unless the test says otherwise.

#include "core/model/design.h"

#include <string>

namespace alwayson::test {

class DesignMaker {
public:
    const Design& design() const { return m_design; }
    Design& edit() { return m_design; }

    DesignMaker& client(const std::string& id, double rate = 0) {
        Node node = blank(id, "client");
        node.parameters["rate_per_s"] = rate;
        RequestClass all;
        all.id = "all";
        node.classes = {all};
        return add(std::move(node));
    }
    DesignMaker& haproxy(const std::string& id, const std::string& group = {}) {
        return add(blank(id, "haproxy", group));
    }
    // Capacity in requests per second: workers at one second each.
    DesignMaker& server(const std::string& id, const std::string& group = {}, double capacity = 1) {
        Node node = blank(id, "server", group);
        node.parameters["workers"] = capacity;
        node.parameters["service"] = Distribution::constantValue(1, "s");
        return add(std::move(node));
    }
    DesignMaker& external(const std::string& id, const std::string& group = {}) {
        return add(blank(id, "external", group));
    }
    DesignMaker& group(const std::string& id, int needed = 0) {
        Group group;
        group.id = GroupId(id);
        group.kind = "pool";
        if (needed > 0) group.parameters["needed"] = static_cast<double>(needed);
        m_design.groups.append(std::move(group));
        return *this;
    }
    DesignMaker& groupOf(const std::string& kind, const std::string& id, Parameters parameters = {}) {
        Group group;
        group.id = GroupId(id);
        group.kind = kind;
        group.parameters = std::move(parameters);
        m_design.groups.append(std::move(group));
        return *this;
    }
    DesignMaker& voter(const std::string& id, const std::string& group) {
        return add(blank(id, "voter", group));
    }
    // The failover manager of a set runs on a quorum.
    DesignMaker& managedBy(const std::string& group, const std::string& quorum) {
        const std::size_t at = m_design.groups.indexOf(group);
        Group set = m_design.groups.at(at);
        set.managerOn = {quorum};
        m_design.groups.replace(at, std::move(set));
        return *this;
    }
    // A member of a replication set: so many reads, or half as many writes, per second.
    DesignMaker& mysql(const std::string& id, const std::string& group, double capacity = 1) {
        Node node = blank(id, "mysql", group);
        node.parameters["workers"] = capacity;
        node.parameters["service"] = Distribution::constantValue(1, "s");
        node.parameters["write_service"] = Distribution::constantValue(2, "s");
        return add(std::move(node));
    }
    DesignMaker& cache(const std::string& id, const std::string& group, double hitRatio, bool lookAside,
                       double capacity = 1) {
        Node node = blank(id, "cache", group);
        node.parameters["workers"] = capacity;
        node.parameters["service"] = Distribution::constantValue(1, "s");
        node.parameters["hit_ratio"] = hitRatio;
        node.parameters["pattern"] = std::string(lookAside ? "look_aside" : "read_through");
        return add(std::move(node));
    }
    // A client whose requests read, but for this share that writes.
    DesignMaker& readerAndWriter(const std::string& id, double rate, double writes) {
        Node node = blank(id, "client");
        node.parameters["rate_per_s"] = rate;
        RequestClass read, write;
        read.id = "read";
        read.share = 1 - writes;
        write.id = "write";
        write.share = writes;
        write.writes = true;
        node.classes = {read, write};
        return add(std::move(node));
    }
    // How long callers over the last link wait for one call.
    DesignMaker& timeout(double milliseconds, int attempts = 1) {
        Link link = m_design.links.at(m_design.links.size() - 1);
        link.parameters["timeout_ms"] = milliseconds;
        if (attempts > 1) link.parameters["attempts"] = static_cast<double>(attempts);
        m_design.links.replace(m_design.links.size() - 1, std::move(link));
        return *this;
    }
    // How long requests of all clients may take.
    DesignMaker& patience(double seconds) {
        for (std::size_t n = 0; n < m_design.nodes.size(); ++n) {
            Node node = m_design.nodes.at(n);
            if (node.kind != "client") continue;
            node.parameters["attempt_timeout_ms"] = 1000 * seconds;
            for (RequestClass& requests : node.classes)
                requests.deadline = Duration::seconds(seconds);
            m_design.nodes.replace(n, std::move(node));
        }
        return *this;
    }
    // What the calls of the last link are: "read" or "write".
    DesignMaker& access(const std::string& what) {
        Link link = m_design.links.at(m_design.links.size() - 1);
        link.parameters["access"] = what;
        m_design.links.replace(m_design.links.size() - 1, std::move(link));
        return *this;
    }
    DesignMaker& domain(const std::string& id, const std::string& parent = {}) {
        Domain domain;
        domain.id = DomainId(id);
        domain.kind = "zone";
        domain.defaultFailureModes = false;
        if (!parent.empty()) domain.parent = DomainId(parent);
        m_design.domains.append(std::move(domain));
        return *this;
    }
    DesignMaker& link(const std::string& from, const std::string& to, double calls = 1,
                      bool optional = false) {
        Link link;
        link.id = LinkId("l" + std::to_string(m_design.links.size()));
        link.from = from;
        link.to = to;
        if (calls != 1) link.parameters["calls_per_request"] = calls;
        if (optional) link.parameters["optional"] = true;
        m_design.links.append(std::move(link));
        return *this;
    }
    // The last added node stands in the domain.
    DesignMaker& in(const std::string& domain) {
        Node node = m_design.nodes.at(m_design.nodes.size() - 1);
        node.domain = DomainId(domain);
        m_design.nodes.replace(m_design.nodes.size() - 1, std::move(node));
        return *this;
    }
    // A failure mode of a node or domain, both times exponential.
    DesignMaker& fails(const std::string& id, FailureEffect effect, double mttfHours, double mttrHours,
                       double amount = 0) {
        FailureMode mode;
        mode.effect = effect;
        mode.timeToFailure = Distribution::exponentialMean(mttfHours, "h");
        mode.repair = Distribution::exponentialMean(mttrHours, "h");
        if (effect == FailureEffect::slow) mode.slowFactor = amount;
        if (effect == FailureEffect::errors) mode.errorShare = amount;
        const std::size_t at = m_design.nodes.indexOf(id);
        if (at != Table<Node>::npos)
            addMode(m_design.nodes, at, std::move(mode));
        else
            addMode(m_design.domains, m_design.domains.indexOf(id), std::move(mode));
        return *this;
    }
    DesignMaker& set(const std::string& id, const std::string& parameter, Value value) {
        const std::size_t at = m_design.nodes.indexOf(id);
        Node node = m_design.nodes.at(at);
        node.parameters[parameter] = std::move(value);
        m_design.nodes.replace(at, std::move(node));
        return *this;
    }

private:
    static Node blank(const std::string& id, const std::string& kind, const std::string& group = {}) {
        Node node;
        node.id = NodeId(id);
        node.kind = kind;
        node.defaultFailureModes = false;
        if (!group.empty()) node.group = GroupId(group);
        return node;
    }
    DesignMaker& add(Node node) {
        m_design.nodes.append(std::move(node));
        return *this;
    }
    template <class T>
    static void addMode(Table<T>& table, std::size_t at, FailureMode mode) {
        T entity = table.at(at);
        mode.id = "mode" + std::to_string(entity.failureModes.size());
        entity.failureModes.push_back(std::move(mode));
        table.replace(at, std::move(entity));
    }
    Design m_design;
};

} // namespace alwayson::test
