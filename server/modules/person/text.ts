/** String comparison, independent of persons. */

/** Signs that nobody sees: zero width, soft hyphen, byte order mark, direction, variation selectors. */
const invisible = /[\p{Cf}\p{Variation_Selector}\u034F\u115F\u1160\u3164\uFFA0]/gu

/** Unicode's compatible form (full-width letters and digits become ordinary ones) without invisible signs. */
export function withoutSigns(text: string): string {
  return text.normalize('NFKC').replaceAll(invisible, '')
}

/**
 * Jaro–Winkler similarity of two words, 0 to 1 (Winkler 1990, prefix weight 0.1 for up to four letters): suited to typing errors in short
 * words.
 */
export function jaroWinkler(one: string, other: string): number {
  if (one === other) return one === '' ? 0 : 1
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (short === '') return 0
  const reach = Math.max(0, (long.length >> 1) - 1)
  // Words are short, so bits of two integers are faster than arrays.
  let taken = 0
  let matched = 0
  let matches = 0
  for (let at = 0; at < short.length && at < 31; at++) {
    const to = Math.min(long.length, at + reach + 1, 31)
    for (let there = Math.max(0, at - reach); there < to; there++) {
      if (taken & (1 << there) || short.charCodeAt(at) !== long.charCodeAt(there)) continue
      taken |= 1 << there
      matched |= 1 << at
      matches++
      break
    }
  }
  if (matches === 0) return 0
  let moved = 0
  let there = 0
  for (let at = 0; at < short.length && at < 31; at++) {
    if (!(matched & (1 << at))) continue
    while (!(taken & (1 << there))) there++
    if (short.charCodeAt(at) !== long.charCodeAt(there)) moved++
    there++
  }
  const jaro = (matches / short.length + matches / long.length + (matches - moved / 2) / matches) / 3
  let prefix = 0
  while (prefix < 4 && prefix < short.length && short[prefix] === long[prefix]) prefix++
  return jaro + prefix * 0.1 * (1 - jaro)
}

/** One character wrong, missing or extra, or two neighbours swapped. */
export function oneSlip(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  if (one.length !== other.length) {
    const [long, short] = one.length > other.length ? [one, other] : [other, one]
    return long.slice(at + 1) === short.slice(at)
  }
  if (one.slice(at + 1) === other.slice(at + 1)) return true
  return one[at] === other[at + 1] && one[at + 1] === other[at] && one.slice(at + 2) === other.slice(at + 2)
}

/** Sorted bigrams in one string; word order and missing spaces hardly matter. */
export function bigramsOf(text: string): string {
  const signs = text.replaceAll(/[\s,.，。、()（）-]/g, '')
  const pairs: string[] = []
  for (let at = 0; at + 1 < signs.length; at++) pairs.push(signs.slice(at, at + 2))
  return pairs.sort().join('')
}

/** Dice coefficient of two bigram lists, 0 to 1. */
export function dice(one: string, other: string): number {
  if (one.length + other.length === 0) return 0
  let [left, right, shared] = [0, 0, 0]
  while (left < one.length && right < other.length) {
    const order =
      one.charCodeAt(left) - other.charCodeAt(right) || one.charCodeAt(left + 1) - other.charCodeAt(right + 1)
    if (order === 0) shared++
    if (order <= 0) left += 2
    if (order >= 0) right += 2
  }
  return (4 * shared) / (one.length + other.length)
}

/** A number of 53 bits for these words together, 0 when one of them is empty: FNV-1a with two primes. */
export function hashOf(...words: string[]): number {
  let [low, high] = [0x811c9dc5, 0x9747b28c]
  for (const word of words) {
    if (word === '') return 0
    for (let at = 0; at < word.length; at++) {
      const sign = word.charCodeAt(at)
      low = Math.imul(low ^ sign, 0x01000193)
      high = Math.imul(high ^ sign, 0x85ebca6b)
      high ^= high >>> 13
    }
    low = Math.imul(low ^ 0x1f, 0x01000193)
    high = Math.imul(high ^ 0x1f, 0x85ebca6b)
  }
  return (low >>> 0) * 0x200000 + (high >>> 11) || 1
}

/** American Soundex without the limit of four characters: names that sound alike share it. */
export function soundex(word: string): string {
  const codes: Record<string, string> = {
    b: '1', f: '1', p: '1', v: '1',
    c: '2', g: '2', j: '2', k: '2', q: '2', s: '2', x: '2', z: '2',
    d: '3', t: '3', l: '4', m: '5', n: '5', r: '6',
  } // prettier-ignore
  const letters = word.toLowerCase().replaceAll(/[^a-z]/g, '')
  let result = letters[0] ?? ''
  let last = codes[result] ?? ''
  for (const letter of letters.slice(1)) {
    const code = codes[letter] ?? ''
    if (code && code !== last) result += code
    if (!/[hw]/.test(letter)) last = code
  }
  return result.slice(0, 5)
}

/** Initials and finals confused by dialects and typing: zh/z, ch/c, sh/s, l/n, f/h before u, -ng/-n. */
export function loosePinyin(pinyin: string): string {
  return pinyin
    .replaceAll(/([zcs])h/g, '$1')
    .replaceAll(/([aei])ng/g, '$1n')
    .replaceAll(/^l/g, 'n')
}
