import { descriptionOf, type FieldDescription, type FieldTable, type FieldType } from '@gradus/core'
import { z } from 'zod'

type Limits = Pick<FieldDescription, 'min' | 'max' | 'above' | 'below'>

const types: Readonly<Record<string, (limits: Limits) => z.ZodType>> = {
  integer: (limits) => limited(z.int(), limits),
  number: (limits) => limited(z.number(), limits),
  boolean: () => z.boolean(),
  string: () => z.string(),
  numbers: (limits) => z.array(limited(z.number(), limits)),
  strings: () => z.array(z.string()),
  numbersByName: () => z.record(z.string(), z.number()),
  shape: () => z.array(z.int().nullable()),
}

/** The schema of an object with the options that `fields` describes. Defaults are named, not set. */
export function fieldsSchema(fields: FieldTable): z.ZodObject {
  return z.strictObject(Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, optionSchema(field)])))
}

function optionSchema(field: FieldTable[string]): z.ZodType {
  const { oneOf, or, type = [], default: fallback, required, ...limits } = descriptionOf(field)
  const alternatives = oneOf
    ? [z.literal(oneOf)]
    : [...[type].flat().map((name) => typeSchema(name, limits)), ...(or ? [z.literal(or)] : [])]
  const schema = alternatives.length === 1 ? alternatives[0]! : z.union(alternatives)
  if (fallback !== undefined) return schema.optional().meta({ default: fallback })
  return required ? schema : schema.optional()
}

/** The schema of a type. Names of classes and specs are checked by the registry, so any value is valid here. */
function typeSchema(name: FieldType, limits: Limits): z.ZodType {
  return types[name]?.(limits) ?? z.unknown()
}

function limited(schema: z.ZodNumber, { min, max, above, below }: Limits): z.ZodNumber {
  let result = schema
  if (min !== undefined) result = result.gte(min)
  if (max !== undefined) result = result.lte(max)
  if (above !== undefined) result = result.gt(above)
  return below === undefined ? result : result.lt(below)
}
