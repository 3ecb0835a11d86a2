#pragma once
// Quantities with their unit in the type, so that no bare double crosses a module border.

#include <compare>
#include <limits>

namespace alwayson {

template <class Tag>
class Quantity {
public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(double base) : m_base(base) {}
    constexpr double base() const { return m_base; } // in the base unit of the type
    friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
    constexpr Quantity operator+(Quantity o) const { return Quantity(m_base + o.m_base); }
    constexpr Quantity operator-(Quantity o) const { return Quantity(m_base - o.m_base); }
    constexpr Quantity operator*(double f) const { return Quantity(m_base * f); }
    constexpr Quantity operator/(double f) const { return Quantity(m_base / f); }
    constexpr double operator/(Quantity o) const { return m_base / o.m_base; }
    constexpr Quantity& operator+=(Quantity o) {
        m_base += o.m_base;
        return *this;
    }

private:
    double m_base = 0;
};

// Seconds. 1 ns to 1e6 years in a design; infinity means never.
class Duration : public Quantity<struct DurationTag> {
public:
    using Quantity::Quantity;
    constexpr Duration(Quantity q) : Quantity(q) {} // NOLINT: keeps arithmetic in the type
    static constexpr Duration seconds(double v) { return Duration(v); }
    static constexpr Duration milliseconds(double v) { return Duration(v * 1e-3); }
    static constexpr Duration minutes(double v) { return Duration(v * 60); }
    static constexpr Duration hours(double v) { return Duration(v * 3600); }
    static constexpr Duration never() { return Duration(std::numeric_limits<double>::infinity()); }
    constexpr double seconds() const { return base(); }
    constexpr double milliseconds() const { return base() * 1e3; }
    constexpr double hours() const { return base() / 3600; }
};

// Events per second.
class Rate : public Quantity<struct RateTag> {
public:
    using Quantity::Quantity;
    constexpr Rate(Quantity q) : Quantity(q) {} // NOLINT
    constexpr double perSecond() const { return base(); }
};

// 0 to 1.
class Probability : public Quantity<struct ProbabilityTag> {
public:
    using Quantity::Quantity;
    constexpr Probability(Quantity q) : Quantity(q) {} // NOLINT
    constexpr double value() const { return base(); }
};

// US dollars.
class Money : public Quantity<struct MoneyTag> {
public:
    using Quantity::Quantity;
    constexpr Money(Quantity q) : Quantity(q) {} // NOLINT
    constexpr double usd() const { return base(); }
};

// Bytes (may be fractional as a mean).
class Bytes : public Quantity<struct BytesTag> {
public:
    using Quantity::Quantity;
    constexpr Bytes(Quantity q) : Quantity(q) {} // NOLINT
    constexpr double count() const { return base(); }
};

inline constexpr double kHoursPerYear = 8760;
inline constexpr double kHoursPerMonth = 730;
inline constexpr double kSecondsPerYear = kHoursPerYear * 3600;
inline constexpr double kMinutesPerYear = kHoursPerYear * 60;

} // namespace alwayson
