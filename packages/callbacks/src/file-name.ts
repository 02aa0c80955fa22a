import { ConfigError, describeValue } from '@gradus/core'
import { fixed, floatText, scientific } from './python-format.ts'

/** The values for the template of a file name: whole numbers, such as the epoch, and figures. */
export interface FileNameValues {
  readonly integers: { readonly [name: string]: number }
  readonly figures: { readonly [name: string]: number }
}

/**
 * Formats a template such as `model-{epoch:02d}-{val_loss:.2f}.safetensors`, in the notation of Python's `str.format`: a name,
 * then optionally a width (zero-padded with a leading 0), decimals and one of `d`, `f` or `e`; `{{` and `}}` are braces. Throws
 * `ConfigError` for names without a value and for formats that do not fit.
 *
 * @example
 * import { formatFileName } from '@gradus/callbacks/format'
 * formatFileName('{epoch:02d}-{val_loss:.2f}', { integers: { epoch: 3 }, figures: { val_loss: 0.318 } }) // => '03-0.32'
 */
export function formatFileName(template: string, values: FileNameValues): string {
  return template.replace(/\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}/g, (match, name: string | undefined, format = '') => {
    if (match === '{{') return '{'
    if (match === '}}') return '}'
    const valueIn = (table: Readonly<Record<string, number>>) =>
      Object.hasOwn(table, name!) ? table[name!] : undefined
    const integer = valueIn(values.integers)
    const value = integer ?? valueIn(values.figures)
    if (value === undefined) {
      const known = [...Object.keys(values.integers), ...Object.keys(values.figures)].join(', ')
      throw new ConfigError(`The file name '${template}' asks for {${name}}, which has no value here. Known: ${known}.`)
    }
    return formatValue(value, integer !== undefined, format as string, template)
  })
}

/** The largest width and number of decimals in a file name. */
const most = 100

function formatValue(value: number, whole: boolean, format: string, template: string): string {
  const parts = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/.exec(format)
  if (!parts || (parts[4] === 'd' && !whole) || (parts[3] !== undefined && (parts[4] === 'd' || parts[4] === ''))) {
    throw new ConfigError(
      `The file name '${template}' has the format ${describeValue(format)}, which does not fit a ${whole ? 'whole number' : 'figure'}. ` +
        `Use ${whole ? "'d' or a width such as '02d'" : "'.2f', '.3e' or none"}.`,
    )
  }
  const [, zero, width, precision, kind] = parts
  if (Number(width) > most || Number(precision) > most) {
    throw new ConfigError(
      `The file name '${template}' has the format ${describeValue(format)}; widths and decimals go up to ${most}.`,
    )
  }
  const digits = precision === undefined ? 6 : Number(precision)
  const text =
    kind === 'f'
      ? fixed(value, digits)
      : kind === 'e'
        ? scientific(value, digits)
        : whole
          ? String(value)
          : floatText(value)
  if (!zero) return text.padStart(Number(width || 0), ' ')
  const sign = text.startsWith('-') ? '-' : ''
  return sign + text.slice(sign.length).padStart(Number(width || 0) - sign.length, '0')
}
