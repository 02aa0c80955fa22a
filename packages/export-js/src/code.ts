/** A JavaScript expression. */
export interface Code {
  readonly text: string
  /** Whether it can be an operand without parentheses. */
  readonly atomic: boolean
}

/** An expression that can be an operand as it is: a name, a number, a call, an element of an array. */
export function atom(text: string): Code {
  return { text, atomic: true }
}

/** An expression that needs parentheses as an operand, such as `a+b`. */
export function infix(text: string): Code {
  return { text, atomic: false }
}

/** The text of an expression as an operand. */
export function operand({ text, atomic }: Code): string {
  return atomic ? text : `(${text})`
}

/** A number as JavaScript, in few characters. */
export function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0'
  if (value === Number.POSITIVE_INFINITY) return '1/0'
  if (value === Number.NEGATIVE_INFINITY) return '-1/0'
  if (Number.isNaN(value)) return '0/0'
  return String(value)
    .replace(/^(-?)0\./, '$1.')
    .replace('e+', 'e')
}

/** A number as an operand. */
export function number(value: number): Code {
  const text = numberText(value)
  return /^[\d.]+(e-?\d+)?$/.test(text) ? atom(text) : infix(text)
}

/** The shortest decimal number that a float32 element stores as `value`. */
export function shortFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Object.is(Math.fround(short), value)) return numberText(short)
  }
  return numberText(Number.isFinite(value) ? Number(value.toPrecision(9)) : value)
}

/** A value of JSON as JavaScript. `<` is escaped, so that a page may have the code within `<script>`. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\x3c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

/** The key of a property in an object literal. `__proto__` would be the prototype. */
export function keyText(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : jsonText(name)
}
