// Each export is a kind of columns that exported files read.
export { array } from './array.ts'
export { boolean } from './boolean.ts'
export { category } from './category.ts'
export { date } from './date.ts'
export { image } from './image.ts'
export { number } from './number.ts'
export { text } from './text.ts'
