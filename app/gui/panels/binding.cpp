#include "app/gui/panels/binding.h"

#include "app/gui/panels/parameter_text.h"
#include "core/catalogue/catalogue.h"

#include <QCoreApplication>

namespace alwayson::gui {

namespace {

std::optional<Collection> collectionOf(const Design& design, const std::string& id) {
    if (design.nodes.contains(id)) return Collection::nodes;
    if (design.domains.contains(id)) return Collection::domains;
    if (design.groups.contains(id)) return Collection::groups;
    if (design.links.contains(id)) return Collection::links;
    return std::nullopt;
}

const Parameters* parametersOf(const Design& design, Collection collection, const std::string& id,
                               bool deploy) {
    switch (collection) {
    case Collection::nodes:
        if (const Node* node = design.nodes.find(id)) return deploy ? &node->deploy : &node->parameters;
        break;
    case Collection::domains:
        if (const Domain* domain = design.domains.find(id)) return &domain->parameters;
        break;
    case Collection::groups:
        if (const Group* group = design.groups.find(id)) return &group->parameters;
        break;
    case Collection::links:
        if (const Link* link = design.links.find(id)) return &link->parameters;
        break;
    default:
        break;
    }
    return nullptr;
}

} // namespace

const Descriptor* descriptorOf(const Design& design, const std::string& id) {
    const Catalogue& catalogue = Catalogue::builtIn();
    if (const Node* node = design.nodes.find(id)) return catalogue.kind(node->kind);
    if (const Domain* domain = design.domains.find(id)) return catalogue.domain(domain->kind);
    if (const Group* group = design.groups.find(id)) return catalogue.group(group->kind);
    if (const Link* link = design.links.find(id)) return catalogue.link(link->kind);
    return nullptr;
}

QString nameOf(const Design& design, const std::string& id) {
    if (const Node* node = design.nodes.find(id)) return QString::fromStdString(node->displayName());
    if (const Domain* domain = design.domains.find(id)) return QString::fromStdString(domain->displayName());
    if (const Group* group = design.groups.find(id)) return QString::fromStdString(group->displayName());
    if (const Link* link = design.links.find(id))
        return QCoreApplication::translate("binding", "%1 to %2")
            .arg(nameOf(design, link->from), nameOf(design, link->to));
    return QString::fromStdString(id);
}

QString namesOf(const Design& design, const Subject& subject) {
    if (subject.single()) return nameOf(design, subject.ids.front());
    const auto count = QString::number(subject.ids.size());
    switch (subject.collection) {
    case Collection::domains:
        return QCoreApplication::translate("binding", "%1 places").arg(count);
    case Collection::groups:
        return QCoreApplication::translate("binding", "%1 groups").arg(count);
    case Collection::links:
        return QCoreApplication::translate("binding", "%1 links").arg(count);
    default:
        return QCoreApplication::translate("binding", "%1 nodes").arg(count);
    }
}

std::optional<Subject> Subject::of(const Design& design, const QStringList& selection) {
    Subject subject;
    for (const QString& text : selection) {
        const std::string id = text.toStdString();
        const std::optional<Collection> collection = collectionOf(design, id);
        const Descriptor* descriptor = descriptorOf(design, id);
        if (!collection || descriptor == nullptr) continue;
        if (!subject.ids.empty() && *collection != subject.collection) return std::nullopt;
        subject.collection = *collection;
        subject.ids.push_back(id);
        subject.descriptors.push_back(descriptor);
    }
    if (subject.ids.empty()) return std::nullopt;
    return subject;
}

std::vector<const ParameterSpec*> Subject::common(bool deploy) const {
    std::vector<const ParameterSpec*> result;
    const Descriptor& first = *descriptors.front();
    for (const ParameterSpec& spec : deploy ? first.deploy : first.parameters) {
        bool everywhere = true;
        for (const Descriptor* other : descriptors) {
            const ParameterSpec* twin = deploy ? other->deployField(spec.id) : other->parameter(spec.id);
            everywhere =
                everywhere && twin != nullptr && twin->type == spec.type && twin->choices == spec.choices;
        }
        if (everywhere) result.push_back(&spec);
    }
    return result;
}

ParameterBinding::State ParameterBinding::read(const Design& design) const {
    State state;
    for (std::size_t i = 0; i < subject.ids.size(); ++i) {
        const Parameters* parameters = parametersOf(design, subject.collection, subject.ids[i], deploy);
        const Descriptor& descriptor = *subject.descriptors[i];
        const ParameterSpec* own = deploy ? descriptor.deployField(spec->id) : descriptor.parameter(spec->id);
        if (parameters == nullptr || own == nullptr) continue;
        const auto stored = parameters->find(spec->id);
        const Value& value = stored != parameters->end() ? stored->second : own->defaultValue;
        state.edited =
            state.edited || (stored != parameters->end() && !(stored->second == own->defaultValue));
        if (i == 0)
            state.value = value;
        else if (!(value == state.value))
            state.mixed = true;
    }
    return state;
}

Operation ParameterBinding::forAll(const Design& design, const Json& value, bool explicitNull) const {
    std::vector<Operation> operations;
    for (std::size_t i = 0; i < subject.ids.size(); ++i) {
        const std::string& id = subject.ids[i];
        const Descriptor& descriptor = *subject.descriptors[i];
        const ParameterSpec* own = deploy ? descriptor.deployField(spec->id) : descriptor.parameter(spec->id);
        // What equals the catalogue is not written: the file holds only what differs.
        const bool asDefault = value == valueJson(own->defaultValue);
        const Parameters* parameters = parametersOf(design, subject.collection, id, deploy);
        if (asDefault && (parameters == nullptr || parameters->find(spec->id) == parameters->end())) continue;
        Operation one =
            operation::set(subject.collection, id, (deploy ? "/deploy/" : "/parameters/") + spec->id,
                           asDefault ? Json(nullptr) : value, {});
        one.literalNull = explicitNull && !asDefault;
        operations.push_back(std::move(one));
    }
    const QString label = QCoreApplication::translate("binding", "%1 of %2")
                              .arg(QString::fromStdString(spec->title), namesOf(design, subject));
    return operation::batch(label.toStdString(), std::move(operations));
}

Operation ParameterBinding::write(const Design& design, const Json& value) const {
    return forAll(design, value, false);
}

Operation ParameterBinding::unset(const Design& design) const {
    return forAll(design, nullptr, true);
}

Operation ParameterBinding::reset(const Design& design) const {
    std::vector<Operation> operations;
    for (const std::string& id : subject.ids) {
        const Parameters* parameters = parametersOf(design, subject.collection, id, deploy);
        if (parameters == nullptr || parameters->find(spec->id) == parameters->end()) continue;
        operations.push_back(operation::set(subject.collection, id,
                                            (deploy ? "/deploy/" : "/parameters/") + spec->id, nullptr, {}));
    }
    const QString label = QCoreApplication::translate("binding", "Reset %1 of %2")
                              .arg(QString::fromStdString(spec->title), namesOf(design, subject));
    return operation::batch(label.toStdString(), std::move(operations));
}

} // namespace alwayson::gui
