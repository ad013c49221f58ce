import { Converter } from 'opencc-js/t2cn'

/** Traditional characters, with the words of Taiwan, in simplified ones. */
export const simplified = Converter({ from: 'tw', to: 'cn' })
