#include "core/structure/analysis.h"
#include "core/structure/detection.h"

#include <algorithm>
#include <map>

namespace alwayson {

namespace {

class LossSum {
public:
    LossSum(const Design& design, const StateFunction& function, const std::vector<SymmetryClass>& classes)
        : m_design(design), m_function(function), m_all(StructureAccess::of(function)), m_classes(classes),
          m_scratch(function.makeScratch()), m_state(m_all.components.size(), 0),
          m_views(m_all.views.size() + 1, 1), m_classOf(m_all.components.size(), kNoIndex) {
        m_out.perFlow.assign(m_all.flows.size(), 0);
        for (std::uint32_t c = 0; c < classes.size(); ++c)
            for (const std::uint32_t member : classes[c].members)
                m_classOf[member] = c;
    }

    DetectionLosses run(const std::stop_token& stop) {
        for (const SymmetryClass& one : m_classes)
            for (std::size_t mode = 0;
                 mode < m_all.components[one.members.front()].modes.size() && !stop.stop_requested(); ++mode)
                addMode(one, mode);
        return std::move(m_out);
    }

private:
    std::vector<double> values(const std::uint8_t* views) {
        std::vector<double> a(m_all.flows.size());
        m_function.evaluate(m_state.data(), views, a.data(), *m_scratch);
        return a;
    }
    bool isOut(std::uint32_t node) const {
        if (m_all.modeOf(node, m_state[node]).condition != NodeCondition::works) return true;
        for (std::uint32_t p = m_all.firstPlace[node]; p < m_all.firstPlace[node + 1]; ++p)
            if (m_state[m_all.places[p]] != 0) return true;
        return false;
    }

    void addMode(const SymmetryClass& one, std::size_t mode) {
        const std::uint32_t component = one.members.front();
        const ResolvedFailureMode& failure = m_all.components[component].modes[mode];
        m_state[component] = static_cast<ComponentState>(mode + 1);
        std::map<std::uint32_t, std::vector<std::size_t>> stale; // observer -> its views of what failed
        for (std::size_t v = 0; v < m_all.views.size(); ++v) {
            const bool out = isOut(m_all.views[v].target);
            m_views[v] = !out;
            if (out && !isOut(m_all.views[v].observer)) stale[m_all.views[v].observer].push_back(v);
        }
        const double perHour = m_all.components[component].availability() /
                               (failure.timeToFailure.mean() / 3600) *
                               static_cast<double>(one.members.size());
        const double repair = failure.repair.mean() / 3600;
        const std::vector<double> truth = values(m_views.data());
        add(values(nullptr), truth, perHour * repair); // what no check ever notices
        addStale(stale, failure, truth, perHour, repair);
        m_state[component] = 0;
    }

    void addStale(const std::map<std::uint32_t, std::vector<std::size_t>>& stale,
                  const ResolvedFailureMode& failure, const std::vector<double>& truth, double perHour,
                  double repair) {
        std::map<std::uint32_t, double> observers; // of each class one, with how many there are
        std::map<std::uint32_t, std::uint32_t> first;
        for (const auto& [observer, views] : stale) {
            const std::uint32_t kind = m_classOf[observer];
            if (kind == kNoIndex) continue; // takes part in no flow
            observers[first.try_emplace(kind, observer).first->second] += 1;
        }
        for (const auto& [observer, count] : observers) {
            const double window =
                detectionTime(m_design.nodes.at(observer), failure.effect, failure.errorShare).meanS / 3600;
            for (const std::size_t v : stale.at(observer))
                m_views[v] = 1;
            add(truth, values(m_views.data()), perHour * count * std::min(window, repair));
            for (const std::size_t v : stale.at(observer))
                m_views[v] = 0;
        }
    }

    void add(const std::vector<double>& better, const std::vector<double>& worse, double share) {
        double largest = 0;
        for (std::size_t f = 0; f < better.size(); ++f) {
            const double loss = std::max(0.0, better[f] - worse[f]);
            m_out.perFlow[f] += share * loss;
            largest = std::max(largest, loss);
        }
        m_out.design += share * largest;
    }

    const Design& m_design;
    const StateFunction& m_function;
    const CompiledStructure& m_all;
    const std::vector<SymmetryClass>& m_classes;
    std::unique_ptr<StateFunction::Scratch, void (*)(StateFunction::Scratch*)> m_scratch;
    std::vector<ComponentState> m_state;
    std::vector<std::uint8_t> m_views;
    std::vector<std::uint32_t> m_classOf;
    DetectionLosses m_out;
};

} // namespace

DetectionLosses detectionLosses(const Design& design, const StateFunction& function,
                                const std::vector<SymmetryClass>& classes, const std::stop_token& stop) {
    return LossSum(design, function, classes).run(stop);
}

} // namespace alwayson
