import { useTranslation } from 'react-i18next'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { useFilters } from '../../ui/filters.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { type Period, type Preset, presets } from './period.ts'

/** A usual period, or two days of one's own; both stand in the address. */
export function PeriodPresetFilter({
  label,
  preset,
  period,
}: {
  label: string
  preset: Preset
  period: Period
}) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  return (
    <>
      <SelectFilter
        label={label}
        value={preset}
        options={presets.map((value) => ({ value, text: t(`figures.period.${value}`) }))}
        onChange={(chosen) =>
          setFilters({
            period: chosen,
            from: chosen === 'custom' ? period.from : undefined,
            to: chosen === 'custom' ? period.to : undefined,
          })
        }
      />
      {preset === 'custom' && (
        <PeriodFilter
          labels={[t('figures.from'), t('figures.to')]}
          filters={{ from: period.from, to: period.to, ...filters }}
        />
      )}
    </>
  )
}
