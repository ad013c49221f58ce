import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Purpose } from '../../../contract/contact.ts'
import { previewText, type TemplateChannel, type TemplateText } from '../../../contract/message-template.ts'
import type { PersonSummary } from '../../../contract/person.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useSettled } from '../pathway/editor/useSettled.ts'

type TextPreviewProps = { purpose: Purpose; channel: TemplateChannel; text: TemplateText | undefined }

/** The text as one person would get it, as on a telephone or on paper. */
export function TextPreview({ purpose, channel, text }: TextPreviewProps) {
  const { t } = useTranslation()
  const me = useMe()
  const [person, setPerson] = useState<PersonSummary | null>(null)
  const body = useSettled(text?.body ?? '', 400)
  const subject = useSettled(text?.subject ?? '', 400)
  const preview = useCall(
    previewText,
    { body: { purpose, channel, subject, body, personId: person?.id ?? 0 } },
    { enabled: person !== null && body !== '', placeholderData: (previous) => previous },
  )
  if (!may(me, 'person.read')) return null
  return (
    <section className="panel stack" aria-label={t('templates.preview')}>
      <div className="panel-head">
        <h2>{t('templates.preview')}</h2>
        {person && <Button onClick={() => setPerson(null)}>{t('templates.otherPerson')}</Button>}
      </div>
      {!person && (
        <PersonPick
          label={t('templates.previewFor')}
          hint={t('templates.previewHint')}
          empty={t('templates.nobody')}
          onChoose={setPerson}
        />
      )}
      {person && body === '' && <p className="secondary">{t('templates.noText')}</p>}
      {person && body !== '' && (preview.isError || !preview.data) && <Unloaded query={preview} />}
      {person && body !== '' && preview.data && (
        <>
          {preview.data.missing.length > 0 && (
            <Notice
              tone="warning"
              title={t('templates.missing', {
                names: preview.data.missing
                  .map((name) =>
                    t(`templates.names.${name}` as 'templates.names.name', { defaultValue: name }),
                  )
                  .join('、'),
              })}
            />
          )}
          <div className={`template-frame template-frame-${channel}`}>
            {preview.data.subject && <strong>{preview.data.subject}</strong>}
            <p className="pre-line">{preview.data.body}</p>
          </div>
          <p className="secondary small">
            {t('templates.speaks', { language: t(`templates.language.${preview.data.language}`) })}
          </p>
        </>
      )}
    </section>
  )
}
