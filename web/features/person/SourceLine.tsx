import { InfoCircleOutlined } from '@ant-design/icons'
import { Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import type { FieldProvenance } from '../../../contract/provenance.ts'
import { useTime } from '../../format/useTime.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useSource } from './useSource.ts'

/** Who said a value and when, on hover or focus: needed now and then, so it takes no line of its own. */
export function SourceLine({ source, at }: { source: string; at: string }) {
  const { t } = useTranslation()
  const time = useTime()
  const name = useSource()(source)
  return (
    <Tooltip
      trigger={['hover', 'focus']}
      title={t('person.sources.line', { source: name, time: time.moment(at) })}
    >
      {/* The exact time must be had without a mouse, too. */}
      <span
        className="source-mark"
        tabIndex={0}
        role="img"
        aria-label={t('person.sources.line', { source: name, time: time.moment(at) })}
      >
        <InfoCircleOutlined aria-hidden />
      </span>
    </Tooltip>
  )
}

/** The same of a field that sources can contradict each other in; opens what each of them says. */
export function FieldSource({
  provenance,
  label,
  onOpen,
}: {
  provenance: FieldProvenance | undefined
  label: string
  onOpen: (provenance: FieldProvenance) => void
}) {
  const { t } = useTranslation()
  const time = useTime()
  const nameOf = useSource()
  const [first] = provenance?.statements ?? []
  if (!provenance || !first) return null
  return (
    <button
      type="button"
      className="plain-button source-mark"
      title={t('person.sources.line', { source: nameOf(first.source), time: time.moment(first.at) })}
      aria-haspopup="dialog"
      onClick={() => onOpen(provenance)}
    >
      <span className="visually-hidden">{t('person.sources.title', { field: label })}</span>
      {provenance.conflict && (
        <StatusTag tone={provenance.conflict === 'open' ? 'warning' : 'success'}>
          {t(`person.sources.${provenance.conflict}`)}
        </StatusTag>
      )}
      <InfoCircleOutlined aria-hidden />
    </button>
  )
}
