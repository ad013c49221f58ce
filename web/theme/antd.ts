import { type ThemeConfig, theme } from 'antd'
import type { Appearance } from './appearance.ts'
import { isDark, palette } from './appearance.ts'
import { fontFamily, radius, sizes } from './tokens.ts'

export function antdTheme(appearance: Appearance): ThemeConfig {
  const colours = palette()
  const size = sizes[appearance.size]
  const algorithms = [isDark() ? theme.darkAlgorithm : theme.defaultAlgorithm]
  if (appearance.density === 'compact') algorithms.push(theme.compactAlgorithm)
  return {
    algorithm: algorithms,
    token: {
      colorPrimary: colours.primary,
      // What Ant Design derives is too light to read under the pointer.
      colorPrimaryHover: colours.primaryHover,
      colorPrimaryActive: colours.primaryHover,
      colorSuccess: colours.success,
      colorWarning: colours.warning,
      colorError: colours.danger,
      colorInfo: colours.info,
      colorLink: colours.link,
      colorLinkHover: colours.primaryHover,
      colorLinkActive: colours.primaryHover,
      colorText: colours.text,
      colorTextSecondary: colours.textSecondary,
      colorTextTertiary: colours.textSecondary,
      colorTextDescription: colours.textSecondary,
      colorTextPlaceholder: colours.textSecondary,
      colorTextDisabled: colours.textSecondary,
      colorBgBase: colours.surface,
      colorBgContainer: colours.surface,
      colorBgElevated: colours.surface,
      colorBgLayout: colours.bg,
      colorBorder: colours.borderStrong,
      colorBorderSecondary: colours.border,
      colorTextLightSolid: colours.onPrimary,
      colorPrimaryBg: colours.primarySoft,
      controlItemBgActive: colours.primarySoft,
      controlItemBgActiveHover: colours.primarySoft,
      fontFamily,
      fontSize: size.base,
      controlHeight: size.control,
      // One focus ring for every control stands in base.css.
      controlOutlineWidth: 0,
      borderRadius: radius,
      // Who asks for less motion gets none: cut to nothing by a style sheet instead, menus never finish opening.
      motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      motionDurationMid: '0.1s',
      motionDurationSlow: '0.15s',
      boxShadow: '0 4px 16px rgb(0 0 0 / 14%)',
      boxShadowSecondary: '0 4px 16px rgb(0 0 0 / 14%)',
    },
    components: {
      // Tooltips keep a dark ground in both modes, so their words stay light.
      Tooltip: { colorTextLightSolid: '#FFFFFF', colorBgSpotlight: '#2B3843' },
      Button: {
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        dangerColor: colours.onDanger,
      },
      Badge: { colorTextLightSolid: colours.onDanger },
    },
  }
}
