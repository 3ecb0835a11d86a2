#include "core/structure/analysis.h"
#include "core/structure/system.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <numeric>
#include <set>

namespace alwayson {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();
// Trials of one order in one part of the structure; one of the whole structure costs far more than one of a
// pool.
constexpr std::size_t kMostTrials = 3'000'000;
constexpr std::size_t kMostWholeTrials = 60'000;

// How many members of each class have failed; pairs in ascending order of class.
using Choice = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// A part of the structure that is down on its own: is it, with these failures?
struct Target {
    std::vector<std::uint32_t> elements; // classes, largest loss first
    std::vector<double> loss;            // per element, of one member; sums bound what several take away
    std::size_t mostTrials = kMostTrials;
    double needed = 0; // to be down, the losses must add up to this
    std::function<bool(const Choice&)> isDown;
};

// One class of members of one set.
struct PoolClass {
    std::uint32_t kind = 0;
    double count = 0, capacity = 0;
    std::uint32_t part = 0;
    std::vector<std::uint32_t> places; // classes
};

double lostOf(const PoolClass& pool, const Choice& choice) {
    double lost = 0;
    for (const auto& [kind, count] : choice) {
        if (std::find(pool.places.begin(), pool.places.end(), kind) != pool.places.end()) return pool.count;
        if (kind == pool.kind) lost = count;
    }
    return lost;
}

// A part of which so many members are alive, and what they carry together.
PartWorth aliveWorth(const System& system, const SystemPart& part, double alive, double carry) {
    const CompiledPart& rules = part.rules;
    if (alive == 0 || alive < rules.needed) return {};
    if (rules.rule == GroupRule::oneWriter) {
        const WriterMembers members{true,
                                    1,
                                    part.memberWrites,
                                    part.memberReads,
                                    alive - 1,
                                    alive - 1,
                                    (alive - 1) * part.memberReads,
                                    alive};
        return writerWorth(system.structure->groups[rules.group], system.structure->groupLoads[rules.group],
                           rules, members);
    }
    if (rules.needed > 0) return {alive, alive, kUnlimited, kUnlimited, 0};
    const double most = rules.rule == GroupRule::oneActive ? 1
                        : rules.serving == kNoIndex        ? alive
                                                           : std::min<double>(alive, rules.serving);
    return {most, most, most == alive ? carry : most * part.memberCapacity, kUnlimited, 0};
}

// A set of leaves: counts and capacities say it all.
bool poolIsDown(const System& system, const SystemSet& set, const std::vector<PoolClass>& pools,
                double threshold, const Choice& choice) {
    double carry = 0, all = 0;
    for (std::uint32_t p = set.firstPart; p < set.endPart; ++p) {
        double usable = 0, partCarry = 0;
        for (const PoolClass& pool : pools) {
            if (pool.part != p) continue;
            const double lost = lostOf(pool, choice);
            usable += pool.count - lost;
            if (pool.count > lost) partCarry += (pool.count - lost) * pool.capacity;
        }
        const PartWorth worth = aliveWorth(system, system.parts[p], usable, partCarry);
        if (worth.usable == 0) continue;
        all += worth.usable;
        carry += worth.carry;
    }
    return all == 0 || (set.load > 0 && std::min(1.0, carry / set.load) < threshold - kUpSlack);
}

class Search {
public:
    Search(const Design& design, const StateFunction& function, const std::vector<SymmetryClass>& classes,
           const StructuralOptions& options, const std::stop_token& stop)
        : m_design(design), m_function(function), m_all(StructureAccess::of(function)), m_classes(classes),
          m_options(options), m_stop(stop), m_scratch(function.makeScratch()),
          m_state(m_all.components.size(), 0), m_up(m_all.flows.size()),
          m_classOf(m_all.components.size(), kNoIndex) {
        for (std::uint32_t c = 0; c < classes.size(); ++c)
            for (const std::uint32_t member : classes[c].members)
                m_classOf[member] = c;
        m_base.resize(classes.size());
        std::iota(m_base.begin(), m_base.end(), 0U);
        addRefusing();
    }

    CutSetSearch run() {
        m_out.order = m_options.cutSetOrder;
        m_out.fussellVesely.assign(m_all.components.size(), 0);
        if (m_options.cutSetOrder == 0 || designIsDown({})) return std::move(m_out);
        std::set<std::pair<std::uint32_t, double>> goals;
        for (std::size_t f = 0; f < m_all.flows.size(); ++f)
            goals.emplace(m_all.programOf[f], m_all.flows[f].upThreshold);
        for (const auto& [program, threshold] : goals)
            addTargets(program, threshold);
        for (const Target& target : m_targets)
            for (std::size_t order = 1; order <= m_options.cutSetOrder && !m_stop.stop_requested(); ++order) {
                m_trials = 0;
                if (!searchOrder(target, order)) {
                    m_out.order = std::min(m_out.order, order - 1);
                    break;
                }
            }
        // One that is there in the worst way as well is said by that.
        for (const Choice& choice : m_found)
            if (isMinimalForDesign(choice) && (worst(choice) == choice || m_found.count(worst(choice)) == 0))
                m_minimal.push_back(choice);
        write();
        return std::move(m_out);
    }

private:
    bool designIsDown(const Choice& choice) {
        setState(choice, true);
        const bool up = m_function.evaluateUp(m_state.data(), nullptr, m_up.data(), *m_scratch);
        setState(choice, false);
        return !up;
    }
    // Where silence cuts and refusing does not, refusing may do so together with more: a class of its own,
    // after all others.
    void addRefusing() {
        m_refusing.assign(m_classes.size(), kNoIndex);
        for (std::uint32_t c = 0; c < m_base.size(); ++c) {
            if (m_base[c] != c || m_classes[c].refusing == 0) continue;
            SymmetryClass refuses = m_classes[c];
            refuses.unavailability -= refuses.silence;
            refuses.down = refuses.refusing;
            refuses.refusing = 0;
            refuses.silence = 0;
            m_refusing[c] = static_cast<std::uint32_t>(m_classes.size());
            m_base.push_back(c);
            m_classes.push_back(std::move(refuses));
        }
    }
    // The same failures, all in the worst way.
    Choice worst(const Choice& choice) const {
        std::map<std::uint32_t, std::uint32_t> counts;
        for (const auto& [kind, count] : choice)
            counts[m_base[kind]] += count;
        return {counts.begin(), counts.end()};
    }
    // What the state of a class is cannot be two things for one member.
    bool isMixed(const Choice& choice) const { return worst(choice).size() != choice.size(); }
    void setState(const Choice& choice, bool failed) {
        for (const auto& [kind, count] : choice)
            for (std::uint32_t i = 0; i < count; ++i)
                m_state[m_classes[kind].members[i]] = failed ? m_classes[kind].down : 0;
    }

    void addTargets(std::uint32_t program, double threshold) {
        auto system = std::make_shared<System>(makeSystem(m_all, {{program, threshold}}));
        // Failures alone multiply shares of 1 and 0: a flow is down when one set of leaves is, if all are
        // decisive.
        const bool split = std::all_of(system->sets.begin(), system->sets.end(), [&](const SystemSet& set) {
            return set.decisive && set.plain &&
                   std::all_of(system->parts.begin() + set.firstPart, system->parts.begin() + set.endPart,
                               [](const SystemPart& part) { return part.alike; });
        });
        if (!split) return addWhole(*system);
        for (std::uint32_t s = 0; s < system->sets.size(); ++s)
            addPool(system, s, threshold);
    }

    void addWhole(const System& system) {
        Target target;
        std::set<std::uint32_t> elements;
        for (const SystemNode& node : system.nodes) {
            addElement(node.component, elements);
            addRefusingOf(node.component, elements);
            for (std::uint32_t p = m_all.firstPlace[node.component]; p < m_all.firstPlace[node.component + 1];
                 ++p)
                addElement(m_all.places[p], elements);
        }
        target.elements.assign(elements.begin(), elements.end());
        target.loss.assign(target.elements.size(), kUnlimited);
        target.mostTrials = kMostWholeTrials;
        target.isDown = [this](const Choice& choice) { return !isMixed(choice) && designIsDown(choice); };
        m_targets.push_back(std::move(target));
    }
    void addElement(std::uint32_t component, std::set<std::uint32_t>& elements) const {
        const std::uint32_t kind = m_classOf[component];
        if (kind != kNoIndex && m_classes[kind].down != 0) elements.insert(kind);
    }
    void addRefusingOf(std::uint32_t component, std::set<std::uint32_t>& elements) const {
        const std::uint32_t kind = m_classOf[component];
        if (kind != kNoIndex && m_refusing[kind] != kNoIndex) elements.insert(m_refusing[kind]);
    }

    void addPool(const std::shared_ptr<System>& system, std::uint32_t s, double threshold) {
        const SystemSet& set = system->sets[s];
        std::map<std::uint32_t, PoolClass> pools;
        std::set<std::uint32_t> elements;
        for (const SystemNode& node : system->nodes)
            for (const SystemMembership& in : node.memberships) {
                if (in.set != s) continue;
                PoolClass& pool = pools[m_classOf[node.component]];
                pool.kind = m_classOf[node.component];
                pool.count += 1;
                pool.capacity = node.capacity;
                pool.part = in.part;
                addElement(node.component, elements);
                if (pool.count > 1) continue;
                for (std::uint32_t p = m_all.firstPlace[node.component];
                     p < m_all.firstPlace[node.component + 1]; ++p) {
                    addElement(m_all.places[p], elements);
                    pool.places.push_back(m_classOf[m_all.places[p]]);
                }
            }
        std::vector<PoolClass> list;
        for (auto& [kind, pool] : pools)
            list.push_back(std::move(pool));
        Target target;
        boundLosses(*system, set, list, threshold, elements, target);
        target.isDown = [system, s, list = std::move(list), threshold](const Choice& choice) {
            return poolIsDown(*system, system->sets[s], list, threshold, choice);
        };
        m_targets.push_back(std::move(target));
    }

    // Orders elements by what one of them can take away, in members or in capacity.
    void boundLosses(const System& system, const SystemSet& set, const std::vector<PoolClass>& pools,
                     double threshold, const std::set<std::uint32_t>& elements, Target& target) const {
        CompiledPart rules;
        if (set.firstPart < set.endPart) rules = system.parts[set.firstPart].rules;
        const bool simple =
            set.endPart - set.firstPart == 1 && rules.rule == GroupRule::share && rules.serving == kNoIndex;
        const double neededCount = simple ? rules.needed : 0;
        double total = 0, capacity = 0;
        for (const PoolClass& pool : pools) {
            total += pool.count;
            capacity += pool.count * pool.capacity;
        }
        const bool byCapacity = neededCount == 0 && set.load > 0 && capacity < kUnlimited;
        const auto worth = [&](const PoolClass& pool) { return byCapacity ? pool.capacity : 1.0; };
        std::vector<std::pair<double, std::uint32_t>> order;
        for (const std::uint32_t element : elements) {
            double loss = 0;
            for (const PoolClass& pool : pools) {
                if (pool.kind == element)
                    loss += worth(pool);
                else if (std::find(pool.places.begin(), pool.places.end(), element) != pool.places.end())
                    loss += worth(pool) * pool.count;
            }
            order.emplace_back(simple ? -loss : -kUnlimited, element);
        }
        std::sort(order.begin(), order.end());
        for (const auto& [loss, element] : order) {
            target.elements.push_back(element);
            target.loss.push_back(-loss);
        }
        if (!simple) return;
        if (byCapacity)
            target.needed = (capacity - threshold * set.load) * (1 - 1e-9);
        else
            target.needed = neededCount > 0 ? total - neededCount + 1 : total;
    }

    // False when the search is too large.
    bool searchOrder(const Target& target, std::size_t order) {
        Choice choice;
        return extend(target, order, 0, 0, choice);
    }
    bool extend(const Target& target, std::size_t left, std::size_t from, double lost, Choice& choice) {
        for (std::size_t e = from; e < target.elements.size(); ++e) {
            // Later elements take away less: none can reach what is needed any more.
            if (lost + static_cast<double>(left) * target.loss[e] < target.needed) return true;
            const auto size = std::min<std::size_t>(m_classes[target.elements[e]].members.size(), left);
            for (std::size_t take = 1; take <= size; ++take) {
                choice.emplace_back(target.elements[e], static_cast<std::uint32_t>(take));
                const double now = lost + static_cast<double>(take) * target.loss[e];
                bool fine = true;
                const bool canBeDown = now >= target.needed;
                ++m_trials;
                const bool down = canBeDown && target.isDown(choice);
                if (take == left && down)
                    keepIfMinimal(target, choice);
                else if (take < left && !down)
                    fine = extend(target, left - take, e + 1, now, choice);
                choice.pop_back();
                if (!fine || m_trials > target.mostTrials || m_stop.stop_requested()) return false;
                if (down) break; // taking more is not minimal
            }
        }
        return true;
    }
    void keepIfMinimal(const Target& target, Choice choice) {
        std::sort(choice.begin(), choice.end());
        for (const Choice& smaller : withoutOne(choice))
            if (target.isDown(smaller)) return;
        m_found.insert(std::move(choice));
    }
    static std::vector<Choice> withoutOne(const Choice& choice) {
        std::vector<Choice> all;
        for (std::size_t i = 0; i < choice.size(); ++i) {
            Choice smaller = choice;
            if (--smaller[i].second == 0) smaller.erase(smaller.begin() + static_cast<std::ptrdiff_t>(i));
            all.push_back(std::move(smaller));
        }
        return all;
    }
    bool isMinimalForDesign(const Choice& choice) {
        for (const Choice& smaller : withoutOne(choice))
            if (!smaller.empty() && designIsDown(smaller)) return false;
        return true;
    }

    static double choose(double n, double k) {
        double ways = 1;
        for (double i = 0; i < k; ++i)
            ways *= (n - i) / (i + 1);
        return ways;
    }
    // At least k of n, each down with probability q.
    static double atLeast(double n, double k, double q) {
        double sum = 0;
        for (double i = k; i <= n; ++i) {
            const double term = choose(n, i) * std::pow(q, i) * std::pow(1 - q, n - i);
            sum += term;
            if (term < 1e-17 * sum) break;
        }
        return sum;
    }

    // How likely a member of this class is in a state that makes the set one that cuts.
    double failedEnough(const Choice& choice, std::uint32_t kind) {
        const SymmetryClass& one = m_classes[kind];
        if (one.refusing == 0) return one.unavailability;
        setState(choice, true);
        for (const std::uint32_t member : one.members)
            if (m_state[member] != 0) m_state[member] = one.refusing;
        const bool up = m_function.evaluateUp(m_state.data(), nullptr, m_up.data(), *m_scratch);
        setState(choice, false);
        return up ? one.silence : one.unavailability;
    }

    void write() {
        std::vector<double> noneHolds(m_classes.size(),
                                      0); // log of: no cut set with a given member has the rest failed
        for (const Choice& choice : m_minimal) {
            CutSet set;
            set.probability = 1;
            double ways = 1, all = 1;
            for (const auto& [kind, count] : choice) {
                const SymmetryClass& one = m_classes[kind];
                const double size = static_cast<double>(one.members.size());
                const double failed = failedEnough(choice, kind);
                ways *= choose(size, count);
                all *= std::pow(failed, count);
                set.probability *= atLeast(size, count, failed);
                name(one, count, set.ids);
            }
            for (const auto& [kind, count] : choice) {
                const double size = static_cast<double>(m_classes[kind].members.size());
                const double withMember = ways * count / size; // sets that hold a given member
                noneHolds[kind] +=
                    withMember * std::log1p(-std::min(1 - 1e-16, all / m_classes[kind].unavailability));
            }
            m_out.total += ways;
            m_sized.emplace_back(sizeOf(choice), std::move(set));
        }
        std::stable_sort(m_sized.begin(), m_sized.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : a.second.probability > b.second.probability;
        });
        for (auto& [size, set] : m_sized)
            if (m_out.listed.size() < m_options.cutSetsListed) m_out.listed.push_back(std::move(set));
        for (std::size_t kind = 0; kind < m_classes.size(); ++kind)
            for (const std::uint32_t member : m_classes[kind].members)
                m_out.fussellVesely[member] += -std::expm1(noneHolds[kind]) * m_classes[kind].unavailability;
    }
    static std::size_t sizeOf(const Choice& choice) {
        return std::accumulate(choice.begin(), choice.end(), std::size_t{0},
                               [](std::size_t sum, const auto& pick) { return sum + pick.second; });
    }

    // "web1", all of a few by name, or "any 2 of web", "any 2 of (a, b, c)" for members that can be
    // exchanged.
    void name(const SymmetryClass& one, std::uint32_t count, std::vector<std::string>& ids) const {
        const bool refuses = &one - m_classes.data() >= static_cast<std::ptrdiff_t>(m_refusing.size());
        const auto id = [&](std::size_t i) {
            return m_all.components[one.members[i]].id + (refuses ? " refusing" : "");
        };
        if (count == one.members.size()) {
            for (std::size_t i = 0; i < one.members.size(); ++i)
                ids.push_back(id(i));
            return;
        }
        const auto& group = m_design.nodes.at(one.members.front()).group;
        const std::size_t inGroup = group ? membersOf(m_design, *group).size() : 0;
        if (inGroup == one.members.size()) {
            ids.push_back(fmt::format("any {} of {}{}", count, group->str(), refuses ? " refusing" : ""));
            return;
        }
        std::string names = id(0);
        const std::size_t shown = std::min<std::size_t>(one.members.size(), 4);
        for (std::size_t i = 1; i < shown; ++i)
            names += ", " + id(i);
        if (shown < one.members.size()) names += fmt::format(" and {} like them", one.members.size() - shown);
        ids.push_back(fmt::format("any {} of ({})", count, names));
    }

    const Design& m_design;
    const StateFunction& m_function;
    const CompiledStructure& m_all;
    std::vector<SymmetryClass> m_classes;
    // Per class: the one that it is a way to fail of, itself for most; per class of the design, its own way.
    std::vector<std::uint32_t> m_base, m_refusing;
    StructuralOptions m_options;
    const std::stop_token& m_stop;
    std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)> m_scratch;
    std::vector<ComponentState> m_state;
    std::vector<std::uint8_t> m_up;
    std::vector<std::uint32_t> m_classOf;
    std::vector<Target> m_targets;
    std::set<Choice> m_found;
    std::vector<Choice> m_minimal;
    std::vector<std::pair<std::size_t, CutSet>> m_sized;
    std::size_t m_trials = 0;
    CutSetSearch m_out;
};

} // namespace

CutSetSearch findCutSets(const Design& design, const StateFunction& function,
                         const std::vector<SymmetryClass>& classes, const StructuralOptions& options,
                         const std::stop_token& stop) {
    return Search(design, function, classes, options, stop).run();
}

} // namespace alwayson
