#include "app/gui/panels/parameter_text.h"

#include "core/base/units.h"
#include "core/model/codec.h"
#include "core/text/sentence.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <cmath>

namespace alwayson::gui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("parameter_text", text);
}

QString number(double value) {
    // Rounded to 12 digits, so that 0.07 * 100 reads 7.
    return grouped(QString::fromStdString(formatNumber(QString::number(value, 'g', 12).toDouble())));
}

// "1 000 ms" -> 1000 and "ms"; "10k" -> 10000; "0,5" -> 0.5. False when it does not start with a number.
bool split(const QString& text, double& value, QString& rest) {
    QString plain = text.trimmed();
    static const QRegularExpression kGap(
        QStringLiteral("(?<=\\d)[\\s\\x{2009}\\x{202F}\\x{00A0}]+(?=\\d{3}(\\D|$))"));
    plain.remove(kGap);
    static const QRegularExpression kNumber(
        QStringLiteral("^([+-]?(?:\\d+(?:[.,]\\d*)?|[.,]\\d+)(?:[eE][+-]?\\d+)?)(.*)$"));
    const QRegularExpressionMatch match = kNumber.match(plain);
    if (!match.hasMatch()) return false;
    QString digits = match.captured(1);
    digits.replace(QLatin1Char(','), QLatin1Char('.'));
    bool ok = false;
    value = QLocale::c().toDouble(digits, &ok);
    rest = match.captured(2).trimmed();
    return ok && std::isfinite(value);
}

// Takes a leading k, M or G off the rest.
double multiplier(QString& rest) {
    static const struct {
        QLatin1Char sign;
        double factor;
    } kSigns[] = {{QLatin1Char('k'), 1e3}, {QLatin1Char('M'), 1e6}, {QLatin1Char('G'), 1e9}};
    for (const auto& [sign, factor] : kSigns) {
        if (!rest.startsWith(sign)) continue;
        const QString after = rest.mid(1).trimmed();
        if (!after.isEmpty() && after[0].isLetter() && !after.startsWith(QLatin1String("per"))) continue;
        rest = after;
        return factor;
    }
    return 1;
}

// "/s", "per minute" -> seconds; 0 when it is no time.
double perSeconds(QString rest) {
    if (rest.startsWith(QLatin1String("per ")))
        rest = rest.mid(4);
    else if (rest.startsWith(QLatin1Char('/')))
        rest = rest.mid(1);
    else
        return 0;
    rest = rest.trimmed();
    if (rest == QLatin1String("month") || rest == QLatin1String("mo")) return kHoursPerMonth * 3600;
    if (rest == QLatin1String("year") || rest == QLatin1String("yr")) return kSecondsPerYear;
    if (rest == QLatin1String("hour")) return 3600;
    if (rest == QLatin1String("minute")) return 60;
    if (rest == QLatin1String("second") || rest == QLatin1String("sec")) return 1;
    if (rest == QLatin1String("day")) return 86400;
    return secondsPer(rest.toStdString());
}

double bytesPer(const QString& unit) {
    const QString name = unit.toLower();
    if (name == QLatin1String("b") || name == QLatin1String("bytes")) return 1;
    if (name == QLatin1String("kb")) return 1e3;
    if (name == QLatin1String("mb")) return 1e6;
    if (name == QLatin1String("gb")) return 1e9;
    if (name == QLatin1String("tb")) return 1e12;
    return 0;
}

// The number in the specification's unit, or a sentence about what is wrong.
QString readNumber(const ParameterSpec& spec, const QString& text, double& value) {
    QString rest;
    switch (spec.type) {
    case ParameterType::duration: {
        if (!split(text, value, rest)) return tr("Write a time, for instance 250 ms, 8 h or 1.5 min.");
        const double own = secondsPer(spec.unit);
        const double typed = rest.isEmpty() ? own : secondsPer(rest.toStdString());
        if (!(typed > 0))
            return tr("\"%1\" is no unit of time. Use ns, us, ms, s, min, h, d or y.").arg(rest);
        // 2 s in ms is 2000 exactly, not 2 * 1 / 0.001.
        value = typed == own ? value : QString::number(value * typed / own, 'g', 15).toDouble();
        return {};
    }
    case ParameterType::probability: {
        if (!split(text, value, rest)) return tr("Write a share, for instance 99.9 % or 0.999.");
        if (rest == QLatin1String("%"))
            value = QString::number(value / 100, 'g', 15).toDouble();
        else if (!rest.isEmpty())
            return tr("\"%1\" does not belong to a share. Write 99.9 % or 0.999.").arg(rest);
        if (value > 100 || (value > 1 && !rest.isEmpty()))
            return tr("A share is at most 100 %.");
        if (value > 1)
            return tr("A share is at most 1. Write %1 % if you mean percent.").arg(text.trimmed());
        return {};
    }
    case ParameterType::rate: {
        if (!split(text, value, rest)) return tr("Write a rate, for instance 400 /s or 24 000 /min.");
        value *= multiplier(rest);
        if (rest.isEmpty()) return {};
        const double per = perSeconds(rest);
        if (!(per > 0)) return tr("\"%1\" is no rate. Write 400 /s, 24 000 /min or 10k /h.").arg(rest);
        value /= per;
        return {};
    }
    case ParameterType::money: {
        QString plain = text.trimmed();
        if (plain.startsWith(QLatin1Char('$'))) plain = plain.mid(1);
        if (!split(plain, value, rest)) return tr("Write a price, for instance $0.096 /h or $70 /month.");
        if (rest.startsWith(QLatin1String("USD"))) rest = rest.mid(3).trimmed();
        if (rest.isEmpty()) return {};
        const double per = perSeconds(rest);
        if (!(per > 0)) return tr("\"%1\" is no price. Write $0.096 /h or $70 /month.").arg(rest);
        value = QString::number(value * 3600 / per, 'g', 12).toDouble();
        return {};
    }
    case ParameterType::bytes: {
        if (!split(text, value, rest)) return tr("Write a size, for instance 10 kB or 2 MB.");
        const double own = bytesPer(QString::fromStdString(spec.unit));
        const double typed = rest.isEmpty() ? own : bytesPer(rest);
        if (!(typed > 0)) return tr("\"%1\" is no size. Use B, kB, MB, GB or TB.").arg(rest);
        value *= typed / own;
        return {};
    }
    default:
        break;
    }
    if (!split(text, value, rest)) return tr("Write a number.");
    value *= multiplier(rest);
    if (!rest.isEmpty()) return tr("\"%1\" does not belong here: write a plain number.").arg(rest);
    return {};
}

QString outOfRange(const ParameterSpec& spec, double value) {
    double low = spec.minimum;
    double high = spec.maximum;
    if (spec.type == ParameterType::probability && low == 0 && high == 0) high = 1;
    if (!(low < high)) return {};
    if (value < low) return tr("At least %1.").arg(valueText(spec, low));
    if (value > high) return tr("At most %1.").arg(valueText(spec, high));
    return {};
}

} // namespace

QString grouped(const QString& text) {
    return QString::fromStdString(alwayson::grouped(text.toStdString()));
}

QString exactDuration(double seconds) {
    if (!std::isfinite(seconds)) return tr("never");
    if (seconds == 0) return QStringLiteral("0 s");
    static const struct {
        const char* name;
        double seconds;
        double least;    // smaller amounts go to the next unit
        double fineness; // multiples of this are written in that unit
    } kUnits[] = {{"h", 3600, 1, 1},        {"min", 60, 1, 1},     {"s", 1, 1, 1e-3},
                  {"ms", 1e-3, 0.01, 1e-3}, {"us", 1e-6, 1, 1e-3}, {"ns", 1e-9, 0, 1e-6}};
    for (const auto& [name, unit, least, fineness] : kUnits) {
        const double value = seconds / unit;
        const double steps = value / fineness;
        if (std::fabs(value) >= least && std::fabs(steps - std::round(steps)) <= 1e-9 * std::fabs(steps))
            return number(value) + QLatin1Char(' ') + QLatin1String(name);
    }
    return number(seconds) + QStringLiteral(" s");
}

QString exactShare(double share) {
    return number(share * 100) + QStringLiteral(" %");
}

QString unitText(const std::string& unit) {
    if (unit == "per_s") return QStringLiteral("/s");
    if (unit == "usd_per_h") return QStringLiteral("$ /h");
    if (unit == "kb") return QStringLiteral("kB");
    return QString::fromStdString(unit);
}

QString valueText(const ParameterSpec& spec, const Value& value) {
    if (const bool* flag = std::get_if<bool>(&value)) return *flag ? tr("on") : tr("off");
    if (const std::string* text = std::get_if<std::string>(&value))
        return QString::fromStdString(spec.choiceTitle(*text));
    if (const Distribution* distribution = std::get_if<Distribution>(&value))
        return distributionText(*distribution);
    const double* stored = std::get_if<double>(&value);
    if (stored == nullptr) return {};
    switch (spec.type) {
    case ParameterType::duration:
        return exactDuration(*stored * secondsPer(spec.unit));
    case ParameterType::probability:
        return exactShare(*stored);
    case ParameterType::rate:
        return number(*stored) + QStringLiteral(" /s");
    case ParameterType::money:
        return QLatin1Char('$') + number(*stored) + QStringLiteral(" /h");
    case ParameterType::bytes:
        return number(*stored) + QLatin1Char(' ') + unitText(spec.unit);
    default:
        return number(*stored);
    }
}

Json valueJson(const Value& value) {
    if (const bool* flag = std::get_if<bool>(&value)) return *flag;
    if (const double* stored = std::get_if<double>(&value)) {
        const double whole = std::round(*stored);
        if (whole == *stored && std::fabs(whole) < 9e15) return static_cast<std::int64_t>(whole);
        return *stored;
    }
    if (const std::string* text = std::get_if<std::string>(&value)) return *text;
    if (const Distribution* distribution = std::get_if<Distribution>(&value)) return toJson(*distribution);
    return nullptr;
}

Typed parseValue(const ParameterSpec& spec, const QString& text) {
    const QString plain = text.trimmed();
    if (plain.isEmpty() && spec.optional) return Typed::none();
    switch (spec.type) {
    case ParameterType::text: {
        const QByteArray bytes = text.toUtf8();
        if (static_cast<std::size_t>(bytes.size()) > spec.maxLength)
            return Typed::bad(tr("At most %1 bytes; this is %2.").arg(spec.maxLength).arg(bytes.size()));
        return Typed::of(bytes.toStdString());
    }
    case ParameterType::boolean:
        return Typed::of(plain == tr("on") || plain == QLatin1String("true"));
    case ParameterType::choice: {
        for (const std::string& choice : spec.choices)
            if (plain.toStdString() == choice || plain.toStdString() == spec.choiceTitle(choice))
                return Typed::of(choice);
        return Typed::bad(tr("Choose one of the entries."));
    }
    case ParameterType::distribution: {
        Result<Distribution> distribution = parseDistribution(plain);
        if (!distribution.ok()) return Typed::bad(QString::fromStdString(distribution.error().message));
        const double mean = resolve(*distribution).value().mean();
        if (spec.minimum < spec.maximum && (mean < spec.minimum || mean > spec.maximum))
            return Typed::bad(tr("Its mean must lie between %1 and %2.")
                                  .arg(exactDuration(spec.minimum), exactDuration(spec.maximum)));
        return Typed::of(toJson(*distribution));
    }
    default:
        break;
    }
    if (plain.isEmpty())
        return Typed::bad(
            tr("This needs a value; the default is %1.").arg(valueText(spec, spec.defaultValue)));
    double value = 0;
    if (const QString problem = readNumber(spec, plain, value); !problem.isEmpty())
        return Typed::bad(problem);
    if (spec.type == ParameterType::integer && std::round(value) != value)
        return Typed::bad(tr("Write a whole number."));
    if (const QString problem = outOfRange(spec, value); !problem.isEmpty()) return Typed::bad(problem);
    return Typed::of(valueJson(Value(value)));
}

} // namespace alwayson::gui
