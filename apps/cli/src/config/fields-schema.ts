import type { FieldDescription, FieldTable } from '@gradus/core'
import { z } from 'zod'

const types: Readonly<Record<string, (limits: FieldDescription) => z.ZodType>> = {
  integer: (limits) => limited(z.int(), limits),
  number: (limits) => limited(z.number(), limits),
  boolean: () => z.boolean(),
  string: () => z.string(),
  numbers: (limits) => z.array(limited(z.number(), limits)),
  numbersByName: () => z.record(z.string(), z.number()),
}

/** The form of options that are described by `fields`, with their defaults. */
export function fieldsSchema(fields: FieldTable): z.ZodObject {
  return z.strictObject(Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, optionSchema(field)])))
}

function optionSchema(field: FieldTable[string]): z.ZodType {
  const description = (typeof field === 'object' && !Array.isArray(field) ? field : { type: field }) as FieldDescription
  const { oneOf, type = [], default: fallback, required } = description
  const alternatives = oneOf ? [z.literal(oneOf)] : [type].flat().map((name) => types[name]!(description))
  const schema = alternatives.length === 1 ? alternatives[0]! : z.union(alternatives)
  if (fallback !== undefined) return schema.default(fallback)
  return required ? schema : schema.optional()
}

function limited(schema: z.ZodNumber, { min, max, above }: FieldDescription): z.ZodNumber {
  let limits = schema
  if (min !== undefined) limits = limits.gte(min)
  if (max !== undefined) limits = limits.lte(max)
  return above === undefined ? limits : limits.gt(above)
}
