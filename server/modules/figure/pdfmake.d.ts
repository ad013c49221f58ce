// Only what we use: @types/pdfmake would bring browser types into the server.
declare module 'pdfmake' {
  type Alignment = 'left' | 'center' | 'right'
  type Style = {
    fontSize?: number
    bold?: boolean
    color?: string
    alignment?: Alignment
    margin?: [number, number, number, number]
    lineHeight?: number
    fillColor?: string
    noWrap?: boolean
  }
  type Borders = [left: boolean, top: boolean, right: boolean, bottom: boolean]
  export type Cell = Style & { border?: Borders; borderColor?: string[]; colSpan?: number; rowSpan?: number }
  export type Content = Cell & {
    unbreakable?: boolean
    width?: number | 'auto' | '*'
    columnGap?: number
  } & (
      | { text: string | Content[] }
      | { stack: Content[] }
      | { columns: Content[] }
      | { svg: string }
      | { table: Table; layout?: Layout }
      | { canvas: Line[] }
    )
  type Line = {
    type: 'line'
    x1: number
    y1: number
    x2: number
    y2: number
    lineWidth: number
    lineColor: string
  }
  type Table = {
    headerRows: number
    /** Rows kept together with the header at the end of a page. */
    keepWithHeaderRows?: number
    dontBreakRows?: boolean
    widths: number[]
    /** An empty object fills the place of a spanning cell. */
    body: (Content | Record<string, never>)[][]
  }
  type Layout = {
    hLineWidth?: (row: number) => number
    vLineWidth?: () => number
    hLineColor?: (row: number) => string
    paddingLeft?: (column: number) => number
    paddingRight?: (column: number) => number
    paddingTop?: () => number
    paddingBottom?: () => number
  }
  export type Document = {
    pageSize: 'A4'
    pageMargins: [number, number, number, number]
    /** BCP 47; used by screen readers. */
    language: string
    info: { title: string; author: string; creationDate: Date; creator: string; producer: string }
    displayTitle: boolean
    defaultStyle: Style & { font: string }
    header: (page: number) => Content | null
    footer: (page: number, pages: number) => Content
    content: Content[]
  }
  type Font = { normal: string; bold: string; italics: string; bolditalics: string }
  const pdfmake: {
    setFonts: (fonts: Record<string, Font>) => void
    setLocalAccessPolicy: (allows: (path: string) => boolean) => void
    setUrlAccessPolicy: (allows: (url: string) => boolean) => void
    createPdf: (document: Document) => { getBuffer: () => Promise<Uint8Array> }
  }
  export default pdfmake
}
