// Each export is a kind of columns. A new kind is a file and a line here.
export { array } from './array.ts'
export { boolean } from './boolean.ts'
export { category } from './category.ts'
export { date } from './date.ts'
export { image } from './image.ts'
export { number } from './number.ts'
export { text } from './text.ts'
