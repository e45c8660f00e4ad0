# Numbers as text. Doubles: Grisu2 of F. Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers"
# (PLDI 2010), figure 6: always a text that reads back as the same double, in all but 0.1 % of cases the shortest. The
# powers of ten that it wants are computed from Python's integers when the module is loaded. Layout of the digits: as
# ECMAScript's Number::toString, which is what ClickHouse prints too.

cdef enum:
    POWER_FIRST = -348
    POWER_STEP = 8
    POWERS = 87

cdef struct Power:
    uint64_t f
    int e           # the value is f * 2**e, and about 10**k
    int k

cdef Power POWER_TABLE[POWERS]


cdef void fill_powers():
    cdef int i
    for i in range(POWERS):
        k = POWER_FIRST + i * POWER_STEP
        numerator, denominator = (10**k, 1) if k >= 0 else (1, 10**-k)
        shift = 64 - (numerator.bit_length() - denominator.bit_length())
        scaled = (numerator << shift) // denominator if shift >= 0 else numerator // (denominator << -shift)
        while scaled >= 1 << 65:
            shift -= 1
            scaled >>= 1
        while scaled < 1 << 64:
            shift += 1
            scaled = (numerator << shift) // denominator if shift >= 0 else numerator // (denominator << -shift)
        rounded = (scaled + 1) >> 1
        shift -= 1
        if rounded == 1 << 64:
            rounded >>= 1
            shift -= 1
        POWER_TABLE[i].f = rounded
        POWER_TABLE[i].e = -shift
        POWER_TABLE[i].k = k


fill_powers()


cdef inline uint64_t high_product(uint64_t a, uint64_t b) noexcept nogil:
    """The upper half of a product, rounded."""
    cdef uint64_t a1 = a >> 32, a0 = a & 0xFFFFFFFFu, b1 = b >> 32, b0 = b & 0xFFFFFFFFu
    cdef uint64_t middle = (a0 * b0 >> 32) + (a1 * b0 & 0xFFFFFFFFu) + (a0 * b1 & 0xFFFFFFFFu) + (<uint64_t>1 << 31)
    return a1 * b1 + (a1 * b0 >> 32) + (a0 * b1 >> 32) + (middle >> 32)


cdef inline int leading_zeros(uint64_t value) noexcept nogil:
    cdef int n = 0
    if not value >> 32:
        n += 32
        value <<= 32
    if not value >> 48:
        n += 16
        value <<= 16
    if not value >> 56:
        n += 8
        value <<= 8
    while not value >> 63:
        n += 1
        value <<= 1
    return n


cdef int decimal_digits(uint64_t value, uint8_t* out) noexcept nogil:
    """The digits of a number; returns how many."""
    cdef uint8_t reversed_digits[20]
    cdef int n = 0, i
    while True:
        reversed_digits[n] = <uint8_t>(48 + value % 10)
        n += 1
        value //= 10
        if not value:
            break
    for i in range(n):
        out[i] = reversed_digits[n - 1 - i]
    return n


cdef int int_text(int64_t value, uint8_t* out) noexcept nogil:
    if value < 0:
        out[0] = 45
        return 1 + decimal_digits(<uint64_t>0 - <uint64_t>value, out + 1)
    return decimal_digits(<uint64_t>value, out)


cdef int shortest(uint64_t bits, uint8_t* digits, int* exponent) noexcept nogil:
    """Digits of a positive finite double, and the power of ten of the last one; returns how many."""
    cdef uint64_t fraction = bits & 0xFFFFFFFFFFFFFu
    cdef int biased = <int>(bits >> 52 & 0x7FF)
    cdef uint64_t f = fraction | (<uint64_t>1 << 52) if biased else fraction
    cdef int e = (biased if biased else 1) - 1075
    cdef uint64_t upper = (f << 1) + 1, lower
    cdef int upper_e = e - 1, lower_e
    cdef int shift, i, kappa, n = 0
    cdef Power power
    cdef uint64_t w, wp, wm, delta, one, whole, rest, ten, unit, gap
    if fraction == 0 and biased > 1:
        lower, lower_e = (f << 2) - 1, e - 2
    else:
        lower, lower_e = (f << 1) - 1, e - 1
    shift = leading_zeros(upper)
    upper <<= shift
    upper_e -= shift
    lower <<= lower_e - upper_e
    w = f << leading_zeros(f)
    # the cached power that brings the exponent into [-60, -32]
    i = <int>((-61 - upper_e) * 0.30102999566398114 + 347) + 1
    i = i // POWER_STEP + 1
    if i >= POWERS:
        i = POWERS - 1
    power = POWER_TABLE[i]
    while power.e + upper_e + 64 > -32 and i > 0:
        i -= 1
        power = POWER_TABLE[i]
    while power.e + upper_e + 64 < -60 and i < POWERS - 1:
        i += 1
        power = POWER_TABLE[i]
    w = high_product(w, power.f)
    wp = high_product(upper, power.f) - 1
    wm = high_product(lower, power.f) + 1
    upper_e += power.e + 64
    exponent[0] = -power.k
    delta = wp - wm
    gap = wp - w
    one = <uint64_t>1 << -upper_e
    whole = wp >> -upper_e
    rest = wp & (one - 1)
    kappa = 1
    ten = 1
    while kappa < 10 and whole >= ten * 10:
        ten *= 10
        kappa += 1
    while kappa > 0:
        digits[n] = <uint8_t>(48 + whole // ten)
        n += 1
        whole %= ten
        kappa -= 1
        if (whole << -upper_e) + rest <= delta:
            exponent[0] += kappa
            weed(digits, n, delta, (whole << -upper_e) + rest, ten << -upper_e, gap)
            return n
        ten //= 10
    unit = 1
    while True:
        rest *= 10
        delta *= 10
        unit *= 10
        digits[n] = <uint8_t>(48 + (rest >> -upper_e))
        n += 1
        rest &= one - 1
        kappa -= 1
        if rest < delta:
            exponent[0] += kappa
            weed(digits, n, delta, rest, one, gap * unit)
            return n


cdef inline void weed(uint8_t* digits, int n, uint64_t delta, uint64_t rest, uint64_t ten, uint64_t gap) noexcept nogil:
    """Round the last digit towards the double itself."""
    while rest < gap and delta - rest >= ten and (rest + ten < gap or gap - rest > rest + ten - gap):
        digits[n - 1] -= 1
        rest += ten


cdef int double_text(uint64_t bits, uint8_t* out) noexcept nogil:
    """A double as text of at most 32 bytes; returns its length."""
    cdef uint8_t digits[20]
    cdef int n, point, i, exponent, at = 0
    if bits & 0x7FFFFFFFFFFFFFFFu > 0x7FF0000000000000u:
        memcpy(out, b"nan", 3)
        return 3
    if bits >> 63:
        out[0] = 45
        at = 1
        bits &= 0x7FFFFFFFFFFFFFFFu
    if bits == 0x7FF0000000000000u:
        memcpy(out + at, b"inf", 3)
        return at + 3
    if bits == 0:
        out[at] = 48
        return at + 1
    n = shortest(bits, digits, &exponent)
    point = n + exponent            # where the decimal point stands, counted from the first digit
    if 0 < point <= 21:
        for i in range(max(n, point)):
            if i == point:
                out[at] = 46
                at += 1
            out[at] = digits[i] if i < n else 48
            at += 1
        return at
    if -6 < point <= 0:
        out[at] = 48
        out[at + 1] = 46
        at += 2
        for i in range(-point):
            out[at] = 48
            at += 1
        memcpy(out + at, digits, n)
        return at + n
    out[at] = digits[0]
    at += 1
    if n > 1:
        out[at] = 46
        memcpy(out + at + 1, digits + 1, n - 1)
        at += n
    out[at] = 101
    at += 1
    return at + int_text(point - 1, out + at)
