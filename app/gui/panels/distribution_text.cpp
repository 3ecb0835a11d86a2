// The one-line form of distributions; the entries' names and units are those of the design file.
#include "app/gui/panels/parameter_text.h"

#include "core/base/units.h"

#include <QLocale>
#include <QRegularExpression>
#include <QStringList>

namespace alwayson::gui {

namespace {

Error unreadable(const std::string& message) {
    return Error{ErrorKind::invalidInput, "distribution.text", message, {}, {}};
}

bool isPlainEntry(const std::string& name) {
    return name == "shape" || name == "sigma" || name == "p1" || name == "stages";
}

QString entryText(const DistributionEntry& entry) {
    if (entry.unit.empty()) return QString::fromStdString(formatNumber(entry.value));
    return exactDuration(entry.value * secondsPer(entry.unit));
}

// The unit in which the file keeps what was typed: the typed one when the file knows it.
struct Amount {
    double value = 0;
    std::string unit;
};

bool readAmount(const QString& text, Amount& amount) {
    QString plain = text.trimmed();
    static const QRegularExpression kGap(QStringLiteral("(?<=\\d)[\\s\\x{2009}\\x{202F}\\x{00A0}]+(?=\\d)"));
    plain.remove(kGap);
    static const QRegularExpression kAmount(QStringLiteral("^([0-9.]+(?:[eE][+-]?\\d+)?)\\s*([a-z]*)$"));
    const QRegularExpressionMatch match = kAmount.match(plain);
    if (!match.hasMatch()) return false;
    bool ok = false;
    amount.value = QLocale::c().toDouble(match.captured(1), &ok);
    amount.unit = match.captured(2).toStdString();
    return ok;
}

bool contains(const std::vector<DistributionEntry>& entries, const char* name) {
    for (const DistributionEntry& entry : entries)
        if (entry.name == name) return true;
    return false;
}

DistributionFamily familyOf(const std::vector<DistributionEntry>& entries) {
    if (contains(entries, "p1")) return DistributionFamily::hyperexponential;
    if (contains(entries, "mode")) return DistributionFamily::triangular;
    if (contains(entries, "min")) return DistributionFamily::uniform;
    if (contains(entries, "median") || contains(entries, "p95") || contains(entries, "p99") ||
        contains(entries, "sigma"))
        return DistributionFamily::lognormal;
    if (contains(entries, "stages")) return DistributionFamily::erlang;
    if (contains(entries, "shape"))
        return contains(entries, "scale") ? DistributionFamily::weibull : DistributionFamily::gamma;
    if (contains(entries, "value")) return DistributionFamily::constant;
    return DistributionFamily::exponential;
}

Result<Distribution> checked(Distribution distribution) {
    const Result<DistributionShape> shape = resolve(distribution);
    if (!shape.ok()) return shape.error();
    return distribution;
}

} // namespace

QString distributionText(const Distribution& distribution) {
    if (distribution.family == DistributionFamily::constant && distribution.entries.size() == 1)
        return entryText(distribution.entries.front());
    QStringList parts;
    const bool told = distribution.family != DistributionFamily::empirical &&
                      familyOf(distribution.entries) == distribution.family;
    if (!told) parts << QString::fromUtf8(toString(distribution.family).data());
    for (const DistributionEntry& entry : distribution.entries)
        parts << QString::fromStdString(entry.name) + QLatin1Char(' ') + entryText(entry);
    if (distribution.family == DistributionFamily::empirical) {
        QStringList values;
        for (const double value : distribution.values)
            values << QString::fromStdString(formatNumber(value));
        parts << values.join(QLatin1Char(' ')) + QLatin1Char(' ') +
                     QString::fromStdString(distribution.valuesUnit);
    }
    return parts.join(QStringLiteral(", "));
}

QString everyText(const Distribution& distribution) {
    if (distribution.family == DistributionFamily::exponential && distribution.entries.size() == 1)
        return QStringLiteral("every ") + entryText(distribution.entries.front());
    return distributionText(distribution);
}

Result<Distribution> parseDistribution(const QString& typed) {
    QString text = typed.trimmed();
    Distribution distribution;
    Amount amount;
    if (text.startsWith(QLatin1String("every "))) text = QStringLiteral("mean ") + text.mid(6);
    if (readAmount(text, amount)) {
        if (!(secondsPer(amount.unit) > 0)) return unreadable("Write a unit with it: 40 s, 5 min, 2 h.");
        return checked(Distribution::constantValue(amount.value, amount.unit));
    }
    static const QRegularExpression kRange(QStringLiteral("^(.+?)\\s+to\\s+(.+)$"));
    if (const auto range = kRange.match(text); range.hasMatch())
        text = QStringLiteral("uniform, min %1, max %2").arg(range.captured(1), range.captured(2));
    static const QRegularExpression kFamily(QStringLiteral("^([a-z]+)\\b[\\s,:]*(.*)$"));
    bool familyGiven = false;
    if (const auto match = kFamily.match(text);
        match.hasMatch() && familyFromString(match.captured(1).toStdString(), distribution.family)) {
        familyGiven = true;
        text = match.captured(2);
    }
    static const QRegularExpression kEntry(QStringLiteral(
        "(mean1|mean2|mean|median|p95|p99|p1|sigma|shape|scale|stages|min|max|mode|value)\\s*[=:]?\\s*"
        "([0-9][0-9.\\s\\x{2009}\\x{202F}]*(?:[eE][+-]?\\d+)?\\s*(?:ns|us|ms|s|min|h|d|y)?)\\s*(?:,|;|and|$|("
        "?=[a-z]))"));
    qsizetype at = 0;
    auto matches = kEntry.globalMatch(text);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        if (!text.mid(at, match.capturedStart() - at).trimmed().isEmpty()) break;
        const std::string name = match.captured(1).toStdString();
        if (!readAmount(match.captured(2), amount))
            return unreadable("Cannot read \"" + match.captured(0).trimmed().toStdString() + "\".");
        if (isPlainEntry(name) != amount.unit.empty())
            return unreadable(isPlainEntry(name) ? name + " is a plain number without a unit."
                                                 : name + " needs a unit: " + name + " 40 s.");
        distribution.entries.push_back({name, amount.unit, amount.value});
        at = match.capturedEnd();
    }
    if (distribution.entries.empty() || !text.mid(at).trimmed().isEmpty())
        return unreadable("Write for instance \"median 40 s, p95 5 min\", \"mean 2 h\" or \"40 s\".");
    if (!familyGiven) distribution.family = familyOf(distribution.entries);
    return checked(std::move(distribution));
}

} // namespace alwayson::gui
