import { fileURLToPath } from 'node:url'
import pdfmake from 'pdfmake'

/** Input of the rendering thread. */
export type LetterData = {
  sender: string
  letters: { name: string; address: string; subject: string | null; body: string }[]
}

const fonts = new URL('../fonts/', import.meta.resolve('@embedpdf/fonts-sc'))
const font = (weight: 'Regular' | 'Bold') => fileURLToPath(new URL(`NotoSansHans-${weight}.otf`, fonts))
const [normal, bold] = [font('Regular'), font('Bold')]
pdfmake.setFonts({ Noto: { normal, bold, italics: normal, bolditalics: bold } })
pdfmake.setLocalAccessPolicy((path) => path === normal || path === bold)
pdfmake.setUrlAccessPolicy(() => false)

/** Letters on A4, one a page, the address where the window of a DL envelope is (GB/T 1416). */
export async function drawLetters({ sender, letters }: LetterData): Promise<Uint8Array> {
  return pdfmake
    .createPdf({
      pageSize: 'A4',
      pageMargins: [57, 128, 57, 57],
      language: 'zh-CN',
      info: { title: '信件', creator: 'CareLoop', producer: 'CareLoop' },
      defaultStyle: { font: 'Noto', fontSize: 11, lineHeight: 1.5 },
      content: letters.map(({ name, address, subject, body }, at) => ({
        stack: [
          { text: sender, fontSize: 8 },
          { text: `${address}\n${name} 收`, margin: [0, 4, 0, 60] },
          ...(subject === null ? [] : [{ text: subject, bold: true, margin: [0, 0, 0, 12] }]),
          { text: body },
        ],
        ...(at > 0 && { pageBreak: 'before' }),
      })),
    } as never)
    .getBuffer()
}
