import { z } from 'zod'

const path = z.string().min(1)
const texts = z.array(z.string())
const task = z.enum(['classification', 'regression'])
const part = z.number().min(0).lt(1)

const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low !== high, 'expected two different numbers, those that become 0 and 1')

const missing = z.union([
  z.enum(['refuse', 'drop', 'mean', 'median', 'category']),
  z.strictObject({ constant: z.union([z.number(), z.string()]) }),
])

/** The kind and the options of a column. */
const columnOptions = z.strictObject({
  kind: z
    .string()
    .optional()
    .describe('number, category, boolean, date, text, array or image; by default its values say it.'),
  scale: z
    .union([z.enum(['standard', 'range', 'none']), range])
    .optional()
    .describe(
      'standard: mean 0 and deviation 1, the default; range: from 0 to 1; none; or the values that become 0 and 1.',
    ),
  missing: missing.optional().describe('What becomes of a missing value.'),
  decimal: z.enum(['.', ',']).optional(),
  missingTexts: texts.optional().describe('Further texts that mean a missing value.'),
  categories: texts.min(1).optional().describe('The categories, in order; default those that occur.'),
  maxSize: z.int().min(1).optional().describe('The most categories or words that are kept.'),
  order: z.enum(['ymd', 'dmy', 'mdy']).optional().describe('The order of day, month and year.'),
  imageSize: z
    .tuple([z.int().min(1), z.int().min(1), z.literal([1, 3, 4])])
    .optional()
    .describe('Height, width and channels of images.'),
})

const column = z.union([columnOptions, z.string().min(1), z.null()])

const split = z.strictObject({
  validation: part.optional().describe('The part of the rows for the validation after every epoch, from 0 to 1.'),
  test: part.optional().describe('The part of the rows for the evaluation after training, from 0 to 1.'),
  groups: z.string().optional().describe('A column: rows with an equal value are in one part.'),
  time: z.string().optional().describe('A column of dates or numbers: the last rows are held out.'),
  strata: z.string().optional().describe('A column: each value has its share in each part.'),
})

/** The form of `data`. */
export const dataSchema = z
  .strictObject({
    train: path.describe('The rows: a CSV, JSON, Parquet, NumPy or text file, or a folder of images or texts.'),
    test: path.optional().describe('Held-out rows, on which the model is evaluated after training.'),
    validation: path.optional().describe('Rows on which the model is evaluated after every epoch.'),
    split: split
      .optional()
      .describe(
        'How the rows of train are divided. Default where the model is left out: validation 0.2, and test 0.1 of 200 rows or more.',
      ),
    target: z
      .union([z.string(), texts.min(1)])
      .optional()
      .describe('The column that the model predicts, or a list of columns; default label, of a folder.'),
    inputs: z
      .union([
        texts.min(1),
        z
          .record(z.string(), z.union([columnOptions, z.string().min(1), z.null(), texts.min(1)]))
          .refine((columns) => Object.keys(columns).length > 0, 'expected at least one column'),
      ])
      .optional()
      .describe(
        'The columns from which the model predicts, in order, with their options; a..b is a range; default all that help.',
      ),
    columns: z
      .record(z.string(), column)
      .optional()
      .describe('The kinds and options of columns, or null to leave one out.'),
    task: z
      .union([task, z.record(z.string(), task)])
      .optional()
      .describe('What the target is predicted as; by default its values or the loss say it.'),
    classes: z
      .union([texts.min(2), z.record(z.string(), texts.min(2))])
      .optional()
      .describe('The names of the classes, in order; the target may have these names, or 0, 1, ...'),
    classWeight: z
      .union([z.literal('balanced'), z.record(z.string(), z.number().min(0))])
      .optional()
      .describe('The weight of each class in the loss, by name; balanced gives all classes an equal part.'),
    missing: missing
      .optional()
      .describe('What becomes of missing values of inputs; by default numbers become the median.'),
    missingTexts: texts
      .optional()
      .describe('The texts that mean a missing value; default an empty cell, ?, NA, null and the like.'),
    stream: z
      .boolean()
      .optional()
      .describe(
        'Whether the rows are read from the file several times and kept in a temporary file, not in memory; default where they take more than a quarter of the memory.',
      ),
    rows: z.int().min(1).optional().describe('Reads only this many rows of each file; default all.'),
    format: z.string().optional().describe('The format of the files; by default their names and first bytes say it.'),
    delimiter: z.string().min(1).optional().describe('The character between cells; default the one that the file has.'),
    header: z
      .union([z.boolean(), texts.min(1)])
      .optional()
      .describe('Whether the first row has the names of the columns, or these names.'),
    decimal: z.enum(['.', ',']).optional().describe('The decimal mark.'),
    quote: z.string().length(1).nullable().optional().describe('The character around cells; null for none.'),
    encoding: z.string().optional().describe('The encoding, such as utf-8 or windows-1252.'),
    comment: z
      .string()
      .length(1)
      .nullable()
      .optional()
      .describe('The character with which comments begin; null for none.'),
    skip: z.int().min(0).optional().describe('The number of lines to leave out at the start.'),
    within: z.string().optional().describe('Of a JSON file the key of the rows, of an archive the member.'),
  })
  .describe('The rows. Paths are relative to the config file.')
