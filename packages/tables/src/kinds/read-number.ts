const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const currency = /^[$€£¥₹₽₩]|[$€£¥₹₽₩]$|^(usd|eur|gbp|chf|jpy)\b|\b(usd|eur|gbp|chf|jpy)$/i
const factors: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9, t: 1e12 }

/**
 * Reads a number as people write them: `1,234.5`, `1 234`, `120.5M`, `-0.5%` (the number before the sign), `$12`, `(3)` for -3. With
 * the decimal mark `,` points separate thousands. Returns undefined for all other texts.
 */
export function readNumber(text: string, decimal: '.' | ','): number | undefined {
  if (decimal === '.' && plain.test(text)) return finite(Number(text))
  let rest = text.replaceAll('\u2212', '-').replace(currency, '').trim()
  const negative = /^\((.*)\)$/.exec(rest)
  if (negative) rest = `-${negative[1]!.trim()}`
  // a sign may stand before the currency
  if (/^[+-]/.test(rest)) rest = rest[0] + rest.slice(1).trim().replace(currency, '').trim()
  if (rest.endsWith('%')) rest = rest.slice(0, -1).trimEnd()
  const factor = factors[rest.at(-1)?.toLowerCase() ?? '']
  if (factor) rest = rest.slice(0, -1).trimEnd()
  const thousands = decimal === '.' ? /^([+-]?\d{1,3})((?:,\d{3})+)(\D.*)?$/ : /^([+-]?\d{1,3})((?:\.\d{3})+)(\D.*)?$/
  const grouped = thousands.exec(rest) ?? /^([+-]?\d{1,3})((?:[ \u00a0\u202f'’_]\d{3})+)(\D.*)?$/.exec(rest)
  if (grouped) rest = grouped[1]! + grouped[2]!.replace(/\D/g, '') + (grouped[3] ?? '')
  if (decimal === ',') {
    if (rest.includes('.')) return undefined
    rest = rest.replace(',', '.')
  }
  return plain.test(rest) ? finite(Number(rest) * (factor ?? 1)) : undefined
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
