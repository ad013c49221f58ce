import { Dialog } from '../ui/Dialog.tsx'
import { useTranslation } from 'react-i18next'
import type { frame } from '../i18n/zh-CN/frame.ts'

type Word = keyof typeof frame.shortcuts

const groups: { title: Word; keys: [string[], Word][] }[] = [
  {
    title: 'everywhere',
    keys: [
      [['/'], 'search'],
      [['Ctrl', 'K'], 'palette'],
      [['?'], 'help'],
      [['Esc'], 'escape'],
    ],
  },
  {
    title: 'lists',
    keys: [
      [['J'], 'next'],
      [['K'], 'previous'],
      [['Enter'], 'open'],
    ],
  },
  {
    title: 'desk',
    keys: [
      [['1', '…', '9'], 'answer'],
      [['↑', '↓'], 'questions'],
      [['D', 'U', 'C', '…'], 'outcome'],
      [['P'], 'phone'],
      [['Ctrl', 'Enter'], 'saveNext'],
    ],
  },
]

export default function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog title={t('frame.shortcuts.title')} onClose={onClose}>
      <div className="shortcut-groups">
        {groups.map((group) => (
          <section key={group.title}>
            <h2>{t(`frame.shortcuts.${group.title}`)}</h2>
            <dl>
              {group.keys.map(([keys, word]) => (
                <div key={word}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{t(`frame.shortcuts.${word}`)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
