/** A function that shaders may need, and the functions that it calls. */
interface ShaderFunction {
  readonly needs?: readonly string[]
  readonly code: string
}

/**
 * Functions in WGSL, by name. Drivers may compute `exp`, `log`, `pow`, `sin` and the like inaccurately, drop NaN in
 * comparisons, `min` and `max`, and fold `x * 0`. These functions rely on none of that.
 */
const functions: Readonly<Record<string, ShaderFunction>> = {
  // infinities and NaN in code would be errors, so they are read from the table
  addressAt: { code: 'fn addressAt(position: u32) -> u32 { return table[position >> 2u][position & 3u]; }' },
  inf: { code: 'fn inf() -> f32 { return bitcast<f32>(table[0].x); }' },
  nan: { code: 'fn nan() -> f32 { return bitcast<f32>(table[0].y); }' },
  negativeZero: { code: 'fn negativeZero() -> f32 { return bitcast<f32>(table[0].z); }' },
  isNan: { code: 'fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }' },
  isFinite: { code: 'fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }' },
  isNegative: { code: 'fn isNegative(x: f32) -> bool { return (bitcast<u32>(x) >> 31u) != 0u; }' },
  timesZero: {
    needs: ['nan', 'isFinite'],
    code: 'fn timesZero(x: f32) -> f32 { return select(nan(), 0.0, isFinite(x)); }',
  },
  // in integers, because drivers round differently and may flush the smallest halves to 0
  fromHalf: {
    code: `fn fromHalf(half: u32) -> f32 {
  let size = (half & 0x7fffu) << 13u;
  let exponent = half & 0x7c00u;
  let small = bitcast<u32>(f32(half & 0x3ffu) * 5.9604644775390625e-8);
  let normal = select(size + 0x38000000u, size | 0x7f800000u, exponent == 0x7c00u);
  return bitcast<f32>(select(normal, small, exponent == 0u) | ((half & 0x8000u) << 16u));
}`,
  },
  toHalf: {
    code: `fn toHalf(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  let normal = (size - 0x38000000u + 0xfffu + ((size >> 13u) & 1u)) >> 13u;
  let small = bitcast<u32>(bitcast<f32>(size) + 0.5) - 0x3f000000u;
  let large = select(0x7c00u, 0x7e00u, size > 0x7f800000u);
  let half = select(select(normal, small, size < 0x38800000u), large, size >= 0x477ff000u);
  return half | ((bits >> 16u) & 0x8000u);
}`,
  },
  roundToHalf: {
    needs: ['fromHalf', 'toHalf'],
    code: 'fn roundToHalf(x: f32) -> f32 { return fromHalf(toHalf(x)); }',
  },
  withSignOf: {
    code: 'fn withSignOf(x: f32, s: f32) -> f32 { return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(s) & 0x80000000u)); }',
  },
  maximum: {
    needs: ['isNan'],
    code: 'fn maximum(a: f32, b: f32) -> f32 { return select(select(max(a, b), b, isNan(b)), a, isNan(a)); }',
  },
  minimum: {
    needs: ['isNan'],
    code: 'fn minimum(a: f32, b: f32) -> f32 { return select(select(min(a, b), b, isNan(b)), a, isNan(a)); }',
  },
  // compilers turn a selection by `x < 0` into `max`, which drops NaN
  relu: {
    needs: ['isNan'],
    code: 'fn relu(x: f32) -> f32 { return select(max(x, 0.0), x, isNan(x)); }',
  },
  signOf: {
    needs: ['isNan'],
    code: 'fn signOf(x: f32) -> f32 { return select(select(-1.0, 1.0, x > 0.0), x, x == 0.0 || isNan(x)); }',
  },
  // keeps compilers from reordering additions around x: the word of the table is 0, which they cannot know
  rounded: { code: 'fn rounded(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ table[0].w); }' },
  // pairs of a rounded number and its rounding error (Dekker, 1971)
  withError: {
    needs: ['rounded'],
    code: `fn withError(large: f32, small: f32) -> vec2<f32> {
  let sum = rounded(large + small);
  return vec2<f32>(sum, small - rounded(sum - large));
}`,
  },
  plusPair: {
    needs: ['rounded', 'withError', 'isFinite'],
    code: `fn plusPair(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let sum = rounded(a.x + b.x);
  if (!isFinite(sum)) { return vec2<f32>(sum, 0.0); }
  let c = rounded(sum - a.x);
  let error = rounded(a.x - rounded(sum - c)) + rounded(b.x - c);
  return withError(sum, error + (a.y + b.y));
}`,
  },
  upperHalf: { code: 'fn upperHalf(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }' },
  timesPair: {
    needs: ['rounded', 'withError', 'isFinite', 'upperHalf'],
    code: `fn timesPair(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let product = rounded(a.x * b.x);
  if (!isFinite(product)) { return vec2<f32>(product, 0.0); }
  let c = upperHalf(a.x);
  let d = upperHalf(b.x);
  let e = rounded(a.x - c);
  let f = rounded(b.x - d);
  let error = rounded(rounded(rounded(rounded(c * d) - product) + rounded(c * f)) + rounded(e * d)) + e * f;
  return withError(product, error + (a.x * b.y + a.y * b.x));
}`,
  },
  powerOfTwo: { code: 'fn powerOfTwo(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }' },
  // x = n ln 2 + r, a polynomial in r, and 2^n as two factors that are both representable
  exp_: {
    needs: ['isNan', 'inf', 'powerOfTwo'],
    code: `fn exp_(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (x > 88.72284) { return inf(); }
  if (x < -103.98) { return 0.0; }
  let n = round(x * 1.44269504);
  let r = (x - n * 0.693359375) + n * 2.12194440e-4;
  let p = 1.0 + (r + r * r * (0.5 + r * (0.166666667 + r * (0.0416666642 + r * (0.00833334476 + r * 0.00138948078)))));
  let half = i32(n) / 2;
  return p * powerOfTwo(half) * powerOfTwo(i32(n) - half);
}`,
  },
  // log(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1
  logNear: {
    code: `fn logNear(f: f32) -> f32 {
  let s = f / (2.0 + f);
  let z = s * s;
  return s * (2.0 + z * (0.666666667 + z * (0.4 + z * (0.285714286 + z * (0.222222222 + z * 0.181818182)))));
}`,
  },
  log_: {
    needs: ['isNan', 'inf', 'nan', 'logNear'],
    code: `fn log_(x: f32) -> f32 {
  if (isNan(x) || x == 0.0) { return select(-inf(), x, isNan(x)); }
  if (x < 0.0) { return nan(); }
  if ((bitcast<u32>(x) >> 23u) == 255u) { return x; }
  var bits = bitcast<u32>(x);
  var e = 0;
  if (bits < 0x00800000u) { bits = bitcast<u32>(x * 8388608.0); e = -23; }
  e += i32(bits >> 23u) - 127;
  var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f800000u);
  if (m > 1.41421356) { m *= 0.5; e += 1; }
  return f32(e) * 0.693359375 + (logNear(m - 1.0) - f32(e) * 2.12194440e-4);
}`,
  },
  expm1_: {
    needs: ['exp_'],
    code: `fn expm1_(x: f32) -> f32 {
  if (abs(x) < 0.4) {
    return x + x * x * (0.5 + x * (0.166666667 + x * (0.0416666667 + x * (0.00833333333 + x * (0.00138888889 + x * 0.000198412698)))));
  }
  return exp_(x) - 1.0;
}`,
  },
  log1p_: {
    needs: ['log_', 'logNear'],
    code: `fn log1p_(x: f32) -> f32 {
  if (abs(x) < 0.29) { return select(logNear(x), x, x == 0.0); }
  return log_(1.0 + x);
}`,
  },
  tanh_: {
    needs: ['isNan', 'expm1_', 'withSignOf'],
    code: `fn tanh_(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let e = expm1_(2.0 * min(abs(x), 15.0));
  return withSignOf(e / (e + 2.0), x);
}`,
  },
  sigmoid_: {
    needs: ['exp_'],
    code: `fn sigmoid_(x: f32) -> f32 {
  let e = exp_(-abs(x));
  return select(1.0, e, x < 0.0) / (1.0 + e);
}`,
  },
  // Abramowitz and Stegun 7.1.26 beyond 1, the Taylor series below
  erf_: {
    needs: ['isNan', 'exp_', 'withSignOf'],
    code: `fn erf_(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let a = abs(x);
  let z = a * a;
  if (a < 1.0) {
    let p = 1.0 + z * (-0.333333333 + z * (0.1 + z * (-0.0238095238 + z * (0.00462962963 + z * (-0.000757575758
      + z * (0.000106837607 + z * (-0.0000132275132 + z * (0.00000145891690 - z * 0.000000145038522))))))));
    return 1.12837917 * x * p;
  }
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return withSignOf(1.0 - p * exp_(-min(z, 100.0)), x);
}`,
  },
  // x = n pi/2 + r, with pi/2 in three parts; far from 0 that is inaccurate, and the driver's function is used
  quarterTurns: {
    code: `fn quarterTurns(x: f32) -> vec2<f32> {
  let n = round(x * 0.636619772);
  let r = ((x - n * 1.5703125) - n * 4.83751297e-4) - n * 7.54978995e-8;
  return vec2<f32>(n, r);
}`,
  },
  sineNear: {
    code: 'fn sineNear(r: f32) -> f32 { let z = r * r; return r + r * z * (-0.166666667 + z * (0.00833333333 + z * (-0.000198412698 + z * 0.00000275573192))); }',
  },
  cosineNear: {
    code: 'fn cosineNear(r: f32) -> f32 { let z = r * r; return 1.0 + z * (-0.5 + z * (0.0416666667 + z * (-0.00138888889 + z * 0.0000248015873))); }',
  },
  sin_: {
    needs: ['nan', 'isFinite', 'quarterTurns', 'sineNear', 'cosineNear'],
    code: `fn sin_(x: f32) -> f32 {
  if (!isFinite(x)) { return nan(); }
  if (abs(x) > 1e5) { return clamp(sin(x), -1.0, 1.0); }
  let turned = quarterTurns(x);
  let n = i32(turned.x) & 3;
  let value = select(sineNear(turned.y), cosineNear(turned.y), (n & 1) == 1);
  return select(value, -value, n >= 2);
}`,
  },
  cos_: {
    needs: ['nan', 'isFinite', 'quarterTurns', 'sineNear', 'cosineNear'],
    code: `fn cos_(x: f32) -> f32 {
  if (!isFinite(x)) { return nan(); }
  if (abs(x) > 1e5) { return clamp(cos(x), -1.0, 1.0); }
  let turned = quarterTurns(x);
  let n = (i32(turned.x) + 1) & 3;
  let value = select(sineNear(turned.y), cosineNear(turned.y), (n & 1) == 1);
  return select(value, -value, n >= 2);
}`,
  },
  tan_: { needs: ['sin_', 'cos_'], code: 'fn tan_(x: f32) -> f32 { return sin_(x) / cos_(x); }' },
  // from 0 to 1: reduced around 0 and pi/4
  atanNear: {
    code: `fn atanNear(a: f32) -> f32 {
  let far = a > 0.414213562;
  let r = select(a, (a - 1.0) / (a + 1.0), far);
  let z = r * r;
  let p = r + r * z * (-0.333329491 + z * (0.199777107 + z * (-0.138776856 + z * 0.0805374449)));
  return select(p, p + 0.785398163, far);
}`,
  },
  atan_: {
    needs: ['isNan', 'atanNear', 'withSignOf'],
    code: `fn atan_(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let a = abs(x);
  return withSignOf(select(atanNear(a), 1.57079633 - atanNear(1.0 / a), a > 1.0), x);
}`,
  },
  atan2_: {
    needs: ['isNan', 'isNegative', 'isFinite', 'atanNear', 'withSignOf'],
    code: `fn atan2_(y: f32, x: f32) -> f32 {
  if (isNan(x) || isNan(y)) { return select(y, x, isNan(x)); }
  let a = abs(x);
  let b = abs(y);
  var angle = 0.0;
  if (!isFinite(x) && !isFinite(y)) { angle = 0.785398163; }
  else if (!isFinite(y)) { angle = 1.57079633; }
  else if (!isFinite(x) || b == 0.0) { angle = 0.0; }
  else if (b > a) { angle = 1.57079633 - atanNear(a / b); }
  else { angle = atanNear(b / a); }
  return withSignOf(select(angle, 3.14159265 - angle, isNegative(x)), y);
}`,
  },
  asin_: {
    needs: ['nan', 'atan2_'],
    code: 'fn asin_(x: f32) -> f32 { if (abs(x) > 1.0) { return nan(); } return atan2_(x, sqrt((1.0 - x) * (1.0 + x))); }',
  },
  acos_: {
    needs: ['nan', 'atan2_'],
    code: 'fn acos_(x: f32) -> f32 { if (abs(x) > 1.0) { return nan(); } return atan2_(sqrt((1.0 - x) * (1.0 + x)), x); }',
  },
  sinh_: {
    needs: ['exp_', 'expm1_', 'withSignOf'],
    code: `fn sinh_(x: f32) -> f32 {
  let a = abs(x);
  if (a > 20.0) { let half = exp_(0.5 * a); return withSignOf(0.5 * half * half, x); }
  let e = expm1_(a);
  return withSignOf(0.5 * (e + e / (e + 1.0)), x);
}`,
  },
  cosh_: {
    needs: ['exp_'],
    code: `fn cosh_(x: f32) -> f32 {
  let half = exp_(0.5 * abs(x));
  let e = half * half;
  return 0.5 * e + 0.5 / e;
}`,
  },
  asinh_: {
    needs: ['isFinite', 'log_', 'log1p_', 'withSignOf'],
    code: `fn asinh_(x: f32) -> f32 {
  if (!isFinite(x)) { return x; }
  let a = abs(x);
  if (a > 1e9) { return withSignOf(log_(a) + 0.693147181, x); }
  return withSignOf(log1p_(a + a * a / (1.0 + sqrt(a * a + 1.0))), x);
}`,
  },
  acosh_: {
    needs: ['nan', 'log_', 'log1p_'],
    code: `fn acosh_(x: f32) -> f32 {
  if (x < 1.0) { return nan(); }
  if (x > 1e9) { return log_(x) + 0.693147181; }
  let t = x - 1.0;
  return log1p_(t + sqrt(2.0 * t + t * t));
}`,
  },
  atanh_: {
    needs: ['log1p_', 'withSignOf'],
    code: 'fn atanh_(x: f32) -> f32 { let a = abs(x); return withSignOf(0.5 * log1p_(2.0 * a / (1.0 - a)), x); }',
  },
  pow_: {
    needs: ['isNan', 'isFinite', 'nan', 'inf', 'exp_', 'log_', 'isNegative'],
    code: `fn pow_(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (isNan(x) || isNan(y)) { return nan(); }
  if (y == 1.0) { return x; }
  if (y == 2.0) { return x * x; }
  let a = abs(x);
  if (x == -1.0 && !isFinite(y)) { return 1.0; }
  let whole = !isFinite(y) || floor(y) == y;
  let odd = isFinite(y) && whole && abs(y) < 16777216.0 && (i32(y) & 1) != 0;
  if (x < 0.0 && isFinite(x) && !whole) { return nan(); }
  var result = 0.0;
  if (a == 0.0) { result = select(0.0, inf(), y < 0.0); }
  else if (!isFinite(x)) { result = select(0.0, inf(), y > 0.0); }
  else if (!isFinite(y)) { result = select(0.0, inf(), (a > 1.0) == (y > 0.0)); }
  else { result = exp_(y * log_(a)); }
  return select(result, -result, odd && isNegative(x));
}`,
  },
  // the exact remainder of whole mantissas, 8 bits of the quotient at a time: a rounded quotient can be off by 1
  modulo: {
    needs: ['nan', 'isFinite', 'isNan'],
    code: `fn modulo(x: f32, y: f32) -> f32 {
  if (!isFinite(x) || y == 0.0 || isNan(y)) { return nan(); }
  if (!isFinite(y)) { return select(y, x, x == 0.0 || (x < 0.0) == (y < 0.0)); }
  var size = abs(x);
  if (size >= abs(y)) {
    let a = bitcast<u32>(size);
    let b = bitcast<u32>(abs(y));
    let divisor = (b & 0x7fffffu) | select(0u, 0x800000u, b >= 0x800000u);
    let exponent = max(b >> 23u, 1u);
    var count = max(a >> 23u, 1u) - exponent;
    var rest = ((a & 0x7fffffu) | select(0u, 0x800000u, a >= 0x800000u)) % divisor;
    while (count > 0u) {
      let bits = min(count, 8u);
      rest = (rest << bits) % divisor;
      count -= bits;
    }
    // rest * 2^(exponent - 150), in two exact steps
    let normal = max(exponent, 24u);
    size = f32(rest) * bitcast<f32>((normal - 23u) << 23u) * bitcast<f32>((127u + exponent - normal) << 23u);
  }
  let r = select(size, -size, x < 0.0);
  return select(r, r + y, r != 0.0 && (r < 0.0) != (y < 0.0));
}`,
  },
  moduloI: {
    code: `fn moduloI(x: i32, y: i32) -> i32 {
  if (y == 0 || y == -1) { return 0; }
  let r = x % y;
  return select(r, r + y, r != 0 && (r < 0) != (y < 0));
}`,
  },
  truncI: {
    needs: ['isNan'],
    code: 'fn truncI(x: f32) -> i32 { if (isNan(x)) { return 0; } if (x >= 2147483648.0) { return 2147483647; } return i32(max(x, -2147483648.0)); }',
  },
  truncU: {
    needs: ['isNan'],
    code: 'fn truncU(x: f32) -> u32 { if (isNan(x)) { return 0u; } if (x >= 4294967296.0) { return 0xffffffffu; } return u32(max(x, 0.0)); }',
  },
  xorOf: { code: 'fn xorOf(pair: vec2<u32>) -> u32 { return pair.x ^ pair.y; }' },
  // on bits, because numbers near 0 may be flushed to 0; 0 and -0 are equal
  keyUp: {
    needs: ['isNan'],
    code: `fn keyUp(x: f32) -> u32 {
  if (isNan(x)) { return 0xffffffffu; }
  let bits = select(bitcast<u32>(x), 0u, bitcast<u32>(x) == 0x80000000u);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) != 0u);
}`,
  },
  keyDown: {
    needs: ['isNan', 'keyUp'],
    code: 'fn keyDown(x: f32) -> u32 { return select(~keyUp(x), 0xffffffffu, isNan(x)); }',
  },
  floorDiv: {
    code: 'fn floorDiv(a: i32, b: i32) -> i32 { let q = a / b; return select(q, q - 1, q * b > a); }',
  },
  // Threefry-2x32 with 20 rounds (Salmon et al., 2011)
  threefry: {
    code: `fn threefry(key0: u32, key1: u32, high: u32, low: u32) -> vec2<u32> {
  var keys = array<u32, 3>(key0, key1, key0 ^ key1 ^ 0x1bd11bdau);
  var odd = array<u32, 4>(13u, 15u, 26u, 6u);
  var even = array<u32, 4>(17u, 29u, 16u, 24u);
  var x = high + key0;
  var y = low + key1;
  for (var group = 1u; group <= 5u; group++) {
    for (var i = 0u; i < 4u; i++) {
      let by = select(even[i], odd[i], (group & 1u) == 1u);
      x += y;
      y = ((y << by) | (y >> (32u - by))) ^ x;
    }
    x += keys[group % 3u];
    y += keys[(group + 1u) % 3u] + group;
  }
  return vec2<u32>(x, y);
}`,
  },
}

/** The functions that code calls, and those that these need, in WGSL. */
export function functionsFor(code: string): string {
  const found = new Set<string>()
  const add = (name: string): void => {
    if (found.has(name)) return
    for (const needed of functions[name]!.needs ?? []) add(needed)
    found.add(name)
  }
  for (const name of Object.keys(functions)) if (new RegExp(`\\b${name}\\(`).test(code)) add(name)
  return [...found].map((name) => functions[name]!.code).join('\n')
}
