import { apply, type Translate } from './application.ts'
import { dtypeOfKeras } from './names.ts'
import { type Config, describeKeras } from './object.ts'
import type { OperationRow } from './operations.ts'

const reduced = ['axis', 'keepdims'] as const
const quantiles = ['axis', 'method', 'keepdims'] as const

/** Images have their channels last here. */
const images =
  (operation: string, arguments_: (options: Config) => readonly unknown[] = () => []): Translate =>
  (args, options, fail) => {
    if (options['data_format'] === 'channels_first') throw fail('has its channels first; expected them last')
    return apply(operation, ...args, ...arguments_(options))
  }

/** The given ones of some options, by the names that they have here. */
function renamed(options: Config, names: Readonly<Record<string, string>>): Config {
  const given = Object.entries(names).filter(([key]) => options[key] !== null && options[key] !== undefined)
  return Object.fromEntries(given.map(([key, name]) => [name, options[key]]))
}

const resize: Translate = (args, options, fail) => {
  const other = ['crop_to_aspect_ratio', 'pad_to_aspect_ratio'].find((key) => options[key] === true)
  if (other) throw fail(`has the option ${other}`)
  return images('resize', ({ size, interpolation, antialias }) => [
    typeof size === 'number' ? [size, size] : size,
    { interpolation, antialias: antialias === true },
  ])(args, options, fail)
}

const framed = {
  height: { target_height: 'height', target_width: 'width' },
  crop: { top_cropping: 'top', left_cropping: 'left', bottom_cropping: 'bottom', right_cropping: 'right' },
  pad: { top_padding: 'top', left_padding: 'left', bottom_padding: 'bottom', right_padding: 'right' },
} as const

const sampled = { interpolation: 'interpolation', fill_mode: 'fillMode', fill_value: 'fillValue' } as const
const convolved = { strides: 'strides', padding: 'padding', dilation_rate: 'dilationRate' } as const

const layerNorm: Translate = ([x, gamma, beta], { axis, epsilon, rms_scaling: rms }, fail) => {
  if (rms) throw fail('has rms_scaling')
  const normal = apply('layerNormalization', x, { axis, epsilon: epsilon ?? 1e-7 })
  const scaled = gamma === null || gamma === undefined ? normal : apply('mul', normal, gamma)
  return beta === null || beta === undefined ? scaled : apply('add', scaled, beta)
}

const rmsNorm: Translate = ([x, scale], { axis, epsilon }) =>
  apply('rmsNormalization', x, {
    axis,
    ...(epsilon !== null && epsilon !== undefined && { epsilon }),
    ...(scale !== null && scale !== undefined && { scale }),
  })

const batchNorm: Translate = ([x, mean, variance, offset, scale], { axis, epsilon }, fail) => {
  if (axis !== -1) throw fail(`has the axis ${describeKeras(axis)}`)
  return apply('batchNormalization', x, mean, variance, scale ?? null, offset ?? null, epsilon)
}

const attention: Translate = ([query, key, value, ...rest], options, fail) => {
  const { attn_logits_soft_cap: cap, is_causal: isCausal, bias = rest[0], mask = rest[1], scale = rest[2] } = options
  if (cap) throw fail('has attn_logits_soft_cap')
  const given = renamed(
    { bias, mask, scale, isCausal },
    { bias: 'bias', mask: 'mask', scale: 'scale', isCausal: 'isCausal' },
  )
  return apply('dotProductAttention', query, key, value, given)
}

const cross: Translate = ([a, b], { axis, axisa, axisb, axisc }, fail) => {
  const along = axis ?? axisa
  if (typeof along !== 'number' || (axis === null && (axisa !== axisb || axisa !== axisc)))
    throw fail('has different axes')
  return apply('cross', a, b, { axis: along })
}

const rearrange: Translate = ([x, pattern], options, fail) => {
  const { pattern: named = pattern, ...sizes } = options
  if (typeof named !== 'string') throw fail(`has the pattern ${describeKeras(named)}`)
  return apply('rearrange', x, named, sizes)
}

/** A copy, in another dtype if one is given. */
const converted: Translate = ([x], { dtype }) =>
  typeof dtype === 'string' ? apply('cast', x, dtypeOfKeras(dtype)) : apply('slice', x, [])

const close =
  (operation: string): Translate =>
  ([a, b, rtol, atol], options) =>
    apply(operation, a, b, renamed({ rtol, atol, ...options }, { rtol: 'rtol', atol: 'atol', equal_nan: 'equalNan' }))

const saturated: Translate = ([x], { dtype }, fail) => {
  const own = dtypeOfKeras(String(dtype))
  // integers of other widths would be cut at other bounds
  if (own === 'int32' && dtype !== 'int32') throw fail(`casts to ${describeKeras(dtype)}`)
  return apply('saturateCast', x, own)
}

/** Operations that models seldom hold, by class name. */
export const furtherOperations: Readonly<Record<string, OperationRow>> = /* @__PURE__ */ (() => ({
  // images
  Resize: resize,
  RGBToGrayscale: images('rgbToGrayscale'),
  RGBToHSV: images('rgbToHsv'),
  HSVToRGB: images('hsvToRgb'),
  SobelEdges: images('sobelEdges'),
  CropImages: images('cropImages', (options) => [renamed(options, { ...framed.crop, ...framed.height })]),
  PadImages: images('padImages', (options) => [renamed(options, { ...framed.pad, ...framed.height })]),
  AffineTransform: images('affineTransform', (options) => [renamed(options, sampled)]),
  PerspectiveTransform: images('perspectiveTransform', (options) => [renamed(options, sampled)]),
  GaussianBlur: images('gaussianBlur', (options) => [renamed(options, { kernel_size: 'kernelSize', sigma: 'sigma' })]),
  ExtractPatches: images('extractPatches', (options) => [
    options['size'],
    renamed(options, { strides: 'strides', dilation_rate: 'dilation', padding: 'padding' }),
  ]),
  SSIM: images('ssim', (options) => [
    renamed(options, {
      max_val: 'maxValue',
      filter_size: 'filterSize',
      filter_sigma: 'filterSigma',
      k1: 'k1',
      k2: 'k2',
    }),
  ]),
  PSNR: ['psnr', 'max_val'],

  // layers without weights
  Conv: images('conv', (options) => [renamed(options, convolved)]),
  ConvTranspose: images('convTranspose', (options) => [
    renamed(options, { ...convolved, output_padding: 'outputPadding' }),
  ]),
  DepthwiseConv: images('depthwiseConv', (options) => [renamed(options, convolved)]),
  SeparableConv: images('separableConv', (options) => [renamed(options, convolved)]),
  DepthToSpace: images('depthToSpace', ({ block_size: size }) => [size]),
  SpaceToDepth: images('spaceToDepth', ({ block_size: size }) => [size]),
  AdaptiveAveragePool: images('adaptiveAveragePool', ({ output_size: size }) => [size]),
  AdaptiveMaxPool: images('adaptiveMaxPool', ({ output_size: size }) => [size]),
  Unfold: ['unfold', 'kernel_size', ['dilation', 'padding', 'stride']],
  Fold: ['fold', 'output_size', 'kernel_size', ['dilation', 'padding', 'stride']],
  BatchNorm: batchNorm,
  LayerNorm: layerNorm,
  RMSNorm: rmsNorm,
  DotProductAttention: attention,
  MultiHot: ['multiHot', 'num_classes', ['axis', 'dtype']],
  BinaryCrossentropy: ['binaryCrossentropy', ['from_logits']],

  // numbers
  Cbrt: 'cbrt',
  Deg2rad: 'deg2rad',
  Rad2deg: 'rad2deg',
  Fmax: 'fmax',
  Fmin: 'fmin',
  Gcd: 'gcd',
  Lcm: 'lcm',
  Heaviside: 'heaviside',
  Hypot: 'hypot',
  I0: 'i0',
  Ldexp: 'ldexp',
  Logaddexp2: 'logaddexp2',
  Sinc: 'sinc',
  Signbit: 'signbit',
  DivideNoNan: 'divideNoNan',
  Isneginf: 'isneginf',
  Isposinf: 'isposinf',
  IsIn: ['isin', ['invert']],
  Isclose: close('isclose'),
  AllClose: close('allclose'),
  Digitize: 'digitize',
  SearchSorted: ['searchsorted', ['side']],
  Copy: converted,
  Array: converted,
  ConvertToTensor: converted,
  SaturateCast: saturated,

  // reductions
  Median: ['median', reduced],
  Ptp: ['ptp', reduced],
  Quantile: ['quantile', quantiles],
  Percentile: ['percentile', quantiles],
  Nanargmax: ['nanargmax', reduced],
  Nanargmin: ['nanargmin', reduced],
  Nanmax: ['nanmax', reduced],
  Nanmean: ['nanmean', reduced],
  Nanmedian: ['nanmedian', reduced],
  Nanmin: ['nanmin', reduced],
  Nanprod: ['nanprod', reduced],
  Nanquantile: ['nanquantile', quantiles],
  Nanpercentile: ['nanpercentile', quantiles],
  Nanstd: ['nanstd', reduced],
  Nansum: ['nansum', reduced],
  Nanvar: ['nanvar', reduced],
  Bincount: ([x, weights], { minlength = 0 }) =>
    apply('bincount', x, { minLength: minlength, ...(weights !== null && weights !== undefined && { weights }) }),
  Corrcoef: 'corrcoef',
  Correlate: ['correlate', ['mode']],
  Histogram: ['histogram', ['bins', 'range']],
  InTopK: ['inTopK', 'k'],
  Trapezoid: ['trapezoid', ['x', 'dx', 'axis']],
  SegmentMax: ([data, ids], options) =>
    apply('segmentMax', data, ids, renamed(options, { num_segments: 'numSegments' })),
  SegmentMin: ([data, ids], options) =>
    apply('segmentMin', data, ids, renamed(options, { num_segments: 'numSegments' })),
  SegmentProd: ([data, ids], options) =>
    apply('segmentProd', data, ids, renamed(options, { num_segments: 'numSegments' })),
  SegmentSum: ([data, ids], options) =>
    apply('segmentSum', data, ids, renamed(options, { num_segments: 'numSegments' })),

  // matrices
  CDist: 'cdist',
  Cholesky: ['cholesky', ['upper']],
  CholeskyInverse: ['choleskyInverse', ['upper']],
  Cross: cross,
  Det: 'det',
  Diag: ['diag', 'k'],
  Diagflat: ['diagflat', 'k'],
  Diagonal: ['diagonal', ['offset', 'axis1', 'axis2']],
  Inner: 'inner',
  Inv: 'inv',
  Kron: 'kron',
  Logdet: 'logdet',
  Lstsq: ([a, b], { rcond }, fail) => {
    if (rcond !== null && rcond !== undefined) throw fail('has rcond')
    return apply('lstsq', a, b)
  },
  Qr: ['qr', ['mode']],
  Slogdet: 'slogdet',
  Solve: 'solve',
  SolveTriangular: ['solveTriangular', ['lower']],
  Trace: ['trace', ['offset', 'axis1', 'axis2']],
  Vander: ([x], options) => apply('vander', x, renamed(options, { N: 'columns', increasing: 'increasing' })),
  Vdot: 'vdot',

  // shapes and positions
  Argpartition: ['argpartition', 'kth', ['axis']],
  Dstack: 'dstack',
  Dsplit: ['dsplit', 'indices_or_sections'],
  Fliplr: 'fliplr',
  Flipud: 'flipud',
  Hsplit: ['hsplit', 'indices_or_sections'],
  Rearrange: rearrange,
  Rot90: ['rot90', 'k', 'axes'],
  Select: 'select',
  SliceUpdate: 'sliceUpdate',
  UnravelIndex: ['unravelIndex', 'shape'],
  Vsplit: ['vsplit', 'indices_or_sections'],
}))()
