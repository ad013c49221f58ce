import './campaign.css'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CampaignBody, type CampaignDetail, getCampaign } from '../../../contract/campaign.ts'
import { call } from '../../api.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { CampaignForm } from './CampaignForm.tsx'
import { blankBody, bodyOf, type Preset, presets } from './presets.ts'

/** A new campaign: from a ready-made plan, a copy (`?from=12`), or blank. An existing one: its draft. */
export default function CampaignEditPage() {
  const { t } = useTranslation()
  const { id } = useParams({ strict: false })
  const [filters] = useFilters()
  const source = Number(id ?? first(filters['from'])) || null
  const known = useCall(getCampaign, { params: { id: source ?? 0 } }, { enabled: source !== null })
  if (source !== null && !known.data) return <Unloaded page query={known} height={480} />
  const copied = id === undefined ? known.data : undefined
  return id === undefined ? (
    <NewCampaign {...(copied && { copied })} />
  ) : (
    <div className="page">
      <PageHeader title={t('campaigns.editTitle')} />
      {known.data && <Edit campaign={known.data} />}
    </div>
  )
}

function Edit({ campaign }: { campaign: CampaignDetail }) {
  const navigate = useNavigate()
  return (
    <CampaignForm
      start={campaign}
      edited={campaign}
      latest={() => call(getCampaign, { params: { id: campaign.id } })}
      onSaved={({ id }) => void navigate({ to: '/campaigns/$id', params: { id: String(id) } })}
    />
  )
}

function NewCampaign({ copied }: { copied?: CampaignDetail }) {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const own = me.grants.find((one) => one.siteId !== null)?.siteId ?? null
  const [body, setBody] = useState<CampaignBody | null>(
    copied ? { ...copied, name: t('campaigns.copyOf', { name: copied.name }) } : null,
  )
  // As they stand in the file: the placeholders are for the message.
  const say = (key: string) => String(i18n.getResource(i18n.language, 'translation', `campaigns.${key}`))
  return (
    <div className="page">
      <PageHeader title={t('campaigns.addTitle')} />
      {body === null ? (
        <ul className="preset-list">
          {(Object.keys(presets) as Preset[]).map((preset) => (
            <li key={preset}>
              <button
                type="button"
                className="panel preset"
                onClick={() => setBody(bodyOf(preset, say, own))}
              >
                <strong>{t(`campaigns.preset.${preset}.name`)}</strong>
                <span className="secondary">{t(`campaigns.preset.${preset}.hint`)}</span>
              </button>
            </li>
          ))}
          <li>
            <button type="button" className="panel preset" onClick={() => setBody(blankBody(own, say))}>
              <strong>{t('campaigns.blank')}</strong>
              <span className="secondary">{t('campaigns.blankHint')}</span>
            </button>
          </li>
        </ul>
      ) : (
        <CampaignForm
          start={body}
          onSaved={({ id }) => void navigate({ to: '/campaigns/$id', params: { id: String(id) } })}
        />
      )}
    </div>
  )
}
