import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { CampaignEffect } from '../../../contract/campaign-effect.ts'
import { heldOut } from '../../../contract/pathway.ts'
import { percent } from '../../format/number.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'

/**
 * The course of both sides since entering, cumulative: where they part is what the campaign did.
 * @param passed days that the first to enter have been in
 */
export function EffectCurve({ effect, passed }: { effect: CampaignEffect; passed: number }) {
  const { t } = useTranslation()
  const of = (wanted: boolean) =>
    effect.sides
      .filter((one) => (one.variant === heldOut) === wanted)
      .reduce((sum, one) => sum + one.persons, 0)
  const [treated, control] = [of(false), of(true)]
  const points = curve(effect, passed, treated, control)
  const option = useCallback(
    (colours: Palette) => ({
      legend: { top: 0, left: 0, textStyle: { color: colours.text } },
      grid: { left: 8, right: 16, top: 36, bottom: 24, containLabel: true },
      xAxis: {
        type: 'category' as const,
        name: t('campaigns.effect.dayLabel'),
        nameLocation: 'middle' as const,
        nameGap: 24,
        data: points.map((one) => String(one.day)),
        axisLabel: { color: colours.textSecondary },
        nameTextStyle: { color: colours.textSecondary },
      },
      yAxis: {
        type: 'value' as const,
        min: 0,
        axisLabel: { color: colours.textSecondary, formatter: (value: number) => percent(value) },
        splitLine: { lineStyle: { color: colours.border } },
      },
      series: [
        {
          type: 'line' as const,
          name: t('campaigns.effect.treated'),
          data: points.map((one) => one.treated),
          step: 'end' as const,
          symbol: 'none',
        },
        ...(control > 0
          ? [
              {
                type: 'line' as const,
                name: t('campaigns.effect.control'),
                data: points.map((one) => one.control),
                step: 'end' as const,
                symbol: 'none',
                lineStyle: { type: 'dashed' as const },
              },
            ]
          : []),
      ],
      tooltip: {
        trigger: 'axis' as const,
        backgroundColor: colours.surface,
        borderColor: colours.border,
        textStyle: { color: colours.text },
        valueFormatter: (value: unknown) => percent(typeof value === 'number' ? value : null),
      },
    }),
    [points, control, t],
  )
  return (
    <Chart
      title={t('campaigns.effect.curve')}
      option={option}
      height={260}
      table={{
        columns: [
          t('campaigns.effect.dayLabel'),
          t('campaigns.effect.treated'),
          ...(control > 0 ? [t('campaigns.effect.control')] : []),
        ],
        rows: points.map((one) => [
          String(one.day),
          percent(one.treated),
          ...(control > 0 ? [percent(one.control)] : []),
        ]),
      }}
    />
  )
}

function curve({ days, windowDays }: CampaignEffect, passed: number, treated: number, control: number) {
  const at = new Map(days.map((one) => [one.day, one]))
  let [did, anyway] = [0, 0]
  return Array.from({ length: Math.min(windowDays, passed) + 1 }, (_, day) => {
    did += at.get(day)?.treated ?? 0
    anyway += at.get(day)?.control ?? 0
    return { day, treated: treated === 0 ? 0 : did / treated, control: control === 0 ? 0 : anyway / control }
  })
}
