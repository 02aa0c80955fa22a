const commaNumber = /^[+-]?(?:\d{1,3}(?:[. ]\d{3})+|\d*),\d+(?:e[+-]?\d+)?$/i
const groupedByComma = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+$/
const pointNumber = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d*)\.\d+(?:e[+-]?\d+)?$/i
const groupedByPoint = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$/

/**
 * The decimal mark of the numbers in records, and whether it is in doubt because all have the form `1,234`. Where cells are separated
 * by `;`, this is a decimal comma, because programs write `;` where it is in use.
 */
export function decimalOf(
  records: readonly (readonly string[])[],
  delimiter: string,
): { readonly mark: '.' | ','; readonly isDoubtful: boolean } {
  let [commas, points, doubtful] = [0, 0, 0]
  for (const cells of records.slice(0, 1000)) {
    for (const cell of cells) {
      if (cell.length > 40 || cell.length < 2) continue
      const text = cell.trim()
      if (commaNumber.test(text)) {
        if (groupedByComma.test(text)) doubtful++
        else commas++
      } else if (pointNumber.test(text) && !(groupedByPoint.test(text) && commas > 0)) points++
    }
  }
  const isDoubtful = commas === 0 && points === 0 && doubtful > 0
  const isComma = isDoubtful ? delimiter === ';' : commas > points
  return { mark: isComma ? ',' : '.', isDoubtful }
}
