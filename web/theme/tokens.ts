/** The one place for colours, sizes and spacing: Ant Design, our CSS and the charts all read from here. */
export type Palette = Record<
  | 'bg'
  | 'surface'
  | 'sunken'
  | 'border'
  | 'borderStrong'
  | 'text'
  | 'textSecondary'
  | 'primary'
  | 'primaryHover'
  | 'primarySoft'
  | 'onPrimary'
  | 'link'
  | 'success'
  | 'successSoft'
  | 'warning'
  | 'warningText'
  | 'warningSoft'
  | 'danger'
  | 'dangerSoft'
  | 'onDanger'
  | 'info'
  | 'infoSoft'
  | 'rail'
  | 'focus',
  string
>

export const light: Palette = {
  bg: '#F2F4F6',
  surface: '#FFFFFF',
  sunken: '#F7F9FA',
  border: '#DCE2E7',
  borderStrong: '#8794A0',
  text: '#1B2630',
  textSecondary: '#52606D',
  primary: '#0B7A75',
  primaryHover: '#09635F',
  primarySoft: '#E2F1F0',
  onPrimary: '#FFFFFF',
  link: '#0A6F6A',
  success: '#2E7D32',
  successSoft: '#EEF7EF',
  warning: '#B26A00',
  warningText: '#8A5200',
  warningSoft: '#FCF1E0',
  danger: '#C62828',
  dangerSoft: '#FCEBEB',
  onDanger: '#FFFFFF',
  info: '#2563A8',
  infoSoft: '#E6EFF8',
  rail: '#FFFFFF',
  focus: '#0B7A75',
}

export const dark: Palette = {
  bg: '#0F161B',
  surface: '#18222A',
  sunken: '#141D24',
  border: '#2E3B46',
  borderStrong: '#7C8A97',
  text: '#E6ECF1',
  textSecondary: '#A9B6C2',
  primary: '#41B8B1',
  primaryHover: '#5FCBC4',
  primarySoft: '#12393A',
  onPrimary: '#04201F',
  link: '#5CC8C1',
  success: '#74C37A',
  successSoft: '#17321C',
  warning: '#E3A344',
  warningText: '#EBB564',
  warningSoft: '#372812',
  danger: '#F28B8B',
  dangerSoft: '#3D1C1E',
  onDanger: '#2A0708',
  info: '#83B8EC',
  infoSoft: '#17304A',
  rail: '#141D24',
  focus: '#5FCBC4',
}

export const fontFamily =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'PingFang TC', 'Microsoft JhengHei', sans-serif"

export const radius = 6

export type TextSize = 'normal' | 'large'
export type Density = 'middle' | 'compact'

export const sizes: Record<
  TextSize,
  { base: number; small: number; large: number; row: number; control: number }
> = {
  normal: { base: 14, small: 12, large: 18, row: 36, control: 32 },
  large: { base: 18, small: 15, large: 23, row: 46, control: 40 },
}

export const compactRow = 30

export function cssVariables(palette: Palette, size: TextSize, density: Density): Record<string, string> {
  const measures = sizes[size]
  const variables: Record<string, string> = {
    '--font': fontFamily,
    '--radius': `${radius}px`,
    '--fs': `${measures.base}px`,
    '--fs-small': `${measures.small}px`,
    '--fs-large': `${measures.large}px`,
    '--row': `${density === 'compact' ? compactRow : measures.row}px`,
    '--control': `${measures.control}px`,
  }
  for (const [name, value] of Object.entries(palette)) {
    variables[`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`] = value
  }
  return variables
}
