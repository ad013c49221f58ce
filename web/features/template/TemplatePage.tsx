import { useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  createTemplate,
  getTemplate,
  listTemplates,
  listTemplateVersions,
  publishTemplate,
  retireTemplate,
  saveTemplate,
  type TemplateChannel,
  type TemplateDetail,
  type TemplateLanguage,
  type TemplateText,
  templateChannels,
  templateLanguages,
} from '../../../contract/message-template.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { TextField } from '../../ui/fields.ts'
import { useDo } from '../../ui/useDo.ts'
import { TextEditor } from './TextEditor.tsx'
import { TextPreview } from './TextPreview.tsx'
import './template.css'

/** A template with its texts by language and channel, and how a person sees them. */
export default function TemplatePage() {
  const { id } = useParams({ strict: false })
  const query = useCall(getTemplate, { params: { id: Number(id) } })
  if (query.isError || query.isPending) return <Unloaded page query={query} height={320} />
  return <Editor key={query.data.revision} template={query.data} />
}

function Editor({ template }: { template: TemplateDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const [name, setName] = useState(template.name)
  const [texts, setTexts] = useState(template.texts)
  const [language, setLanguage] = useState<TemplateLanguage>(template.languages[0] ?? 'zh-CN')
  const [channel, setChannel] = useState<TemplateChannel>(template.channels[0] ?? 'sms')
  const [history, setHistory] = useState(false)
  const stale = [getTemplate, listTemplates, listTemplateVersions]
  const save = useDo(saveTemplate, { done: t('templates.saved'), stale })
  const publish = useDo(publishTemplate, { done: t('templates.isPublished'), stale })
  const retire = useDo(retireTemplate, { stale })
  const text = texts[language]?.[channel]
  const changed = name !== template.name || JSON.stringify(texts) !== JSON.stringify(template.texts)
  const params = { id: template.id }
  const write = (next: TemplateText | undefined) => {
    const { [channel]: _, ...others } = texts[language] ?? {}
    setTexts({ ...texts, [language]: next ? { ...others, [channel]: next } : others })
  }
  const waitsForOther = template.secondReader && template.mine
  return (
    <div className="page">
      <PageHeader
        title={template.name}
        extra={
          <>
            {template.retired && <StatusTag tone="neutral">{t('templates.retired')}</StatusTag>}
            {template.draftAt && <StatusTag tone="warning">{t('templates.draft')}</StatusTag>}
            <CopyForSite template={template} />
            {template.version !== null && (
              <Button onClick={() => setHistory(true)}>
                {t('templates.versions', { n: template.version })}
              </Button>
            )}
            {template.mayPublish && template.version !== null && (
              <Button
                loading={retire.isPending}
                onClick={() => retire.mutate({ params, body: { retired: !template.retired } })}
              >
                {t(template.retired ? 'templates.restore' : 'templates.retire')}
              </Button>
            )}
            {template.mayWrite && (
              <Button
                type={changed ? 'primary' : 'default'}
                disabled={!changed}
                loading={save.isPending}
                onClick={() => save.mutate({ params, body: { revision: template.revision, name, texts } })}
              >
                {t('common.save')}
              </Button>
            )}
            {template.mayPublish && (
              <Button
                type={changed ? 'default' : 'primary'}
                disabled={changed || template.draftAt === null || waitsForOther}
                loading={publish.isPending}
                onClick={() => publish.mutate({ params, body: { revision: template.revision } })}
              >
                {t('templates.publish')}
              </Button>
            )}
          </>
        }
      >
        <p className="secondary">
          <code>{template.code}</code>
          {[
            '',
            code('purpose', template.purpose),
            template.siteName ?? t('templates.everywhere'),
            template.publishedAt && t('templates.publishedAt', { at: time.moment(template.publishedAt) }),
          ]
            .filter((one) => one !== null)
            .join(' · ')}
        </p>
      </PageHeader>
      {template.draftAt && waitsForOther && <Notice tone="info" title={t('templates.waitsForOther')} />}
      <div className="template-columns">
        <section className="panel stack" aria-label={t('templates.texts')}>
          {template.mayWrite && (
            <TextField label={t('templates.name')} value={name} maxLength={100} onChange={setName} />
          )}
          <Choose
            label={t('templates.languages')}
            value={language}
            options={templateLanguages.map((value) => ({
              value,
              text: t(`templates.language.${value}`),
              filled: Object.keys(texts[value] ?? {}).length > 0,
            }))}
            onChange={setLanguage}
          />
          <Choose
            label={t('templates.channels')}
            value={channel}
            options={templateChannels.map((value) => ({
              value,
              text: value === 'phone' ? t('templates.script') : code('channel', value),
              filled: texts[language]?.[value] !== undefined,
            }))}
            onChange={setChannel}
          />
          <TextEditor
            key={`${language} ${channel}`}
            purpose={template.purpose}
            channel={channel}
            text={text}
            readOnly={!template.mayWrite}
            onChange={write}
          />
        </section>
        <TextPreview purpose={template.purpose} channel={channel} text={text} />
      </div>
      {history && <Versions template={template} onClose={() => setHistory(false)} />}
    </div>
  )
}

/** A site's own takes the place of the one for all sites, which those of one site cannot change. */
function CopyForSite({
  template: { id, code, name, purpose, siteId, mayWrite },
}: {
  template: TemplateDetail
}) {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const copy = useDo(createTemplate, {
    stale: [listTemplates],
    onDone: (made) => void navigate({ to: '/templates/$id', params: { id: String(made.id) } }),
  })
  const own = me.grants.find((one) => one.siteId !== null)?.siteId
  if (mayWrite || siteId !== null || !own || !may(me, 'template.write')) return null
  return (
    <Button
      type="primary"
      loading={copy.isPending}
      onClick={() => copy.mutate({ body: { code, name, purpose, siteId: own, copyOf: id } })}
    >
      {t('templates.copyForSite')}
    </Button>
  )
}

type ChooseProps<V extends string> = {
  label: string
  value: V
  options: { value: V; text: string; filled: boolean }[]
  onChange: (value: V) => void
}

/** What has a text is marked, in words for those who do not see the mark. */
function Choose<V extends string>({ label, value, options, onChange }: ChooseProps<V>) {
  const { t } = useTranslation()
  return (
    <div role="group" aria-label={label} className="template-choose">
      {options.map((one) => (
        <Button
          key={one.value}
          size="small"
          type={one.value === value ? 'primary' : 'default'}
          aria-pressed={one.value === value}
          onClick={() => onChange(one.value)}
        >
          {one.text}
          {one.filled && (
            <>
              <span aria-hidden> ●</span>
              <span className="visually-hidden">{t('templates.hasText')}</span>
            </>
          )}
        </Button>
      ))}
    </div>
  )
}

function Versions({ template, onClose }: { template: TemplateDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const versions = useCall(listTemplateVersions, { params: { id: template.id } }, { staleTime: 0 })
  return (
    <Dialog size="large" title={template.name} onClose={onClose}>
      {versions.isError || !versions.data ? (
        <Unloaded query={versions} />
      ) : (
        versions.data.items.map((one) => (
          <section key={one.version} className="template-version">
            <h3>
              {t('templates.version', { n: one.version })} · {time.moment(one.publishedAt)} ·{' '}
              {t('templates.writtenBy', { writer: one.writtenByName, reader: one.publishedByName })}
            </h3>
            {templateLanguages.flatMap((language) =>
              templateChannels.flatMap((channel) => {
                const text = one.texts[language]?.[channel]
                return text
                  ? [
                      <p key={`${language} ${channel}`} className="pre-line">
                        <b>
                          {t(`templates.language.${language}`)} · {code('channel', channel)}
                        </b>
                        {'\n'}
                        {text.subject && `${text.subject}\n`}
                        {text.body}
                      </p>,
                    ]
                  : []
              }),
            )}
          </section>
        ))
      )}
    </Dialog>
  )
}
