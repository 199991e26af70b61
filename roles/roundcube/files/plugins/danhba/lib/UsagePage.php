<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcmail;
use rcube;

/**
 * Settings: how the mailboxes of an agency are looked at (R8, R9.5, R13), for its custodian and its head. Whose it is the
 * credential service says by the session's token; nothing that a browser sends is asked.
 */
final class UsagePage
{
    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Session $session
    ) {
    }

    /** Action `plugin.danhba-usage`. */
    public function show(): void
    {
        $answer = $this->session->use_of_agency();
        if ($answer['answer'] === 'refused') {
            http_response_code(403);
            exit;
        }
        if ($answer['answer'] !== 'use') {
            $this->session->away();
        }
        $this->plugin->register_handler('plugin.body', fn (): string => $this->body($answer['page']));
        $this->rcmail->output->set_pagetitle($this->plugin->gettext('usagetitle'));
        $this->rcmail->output->send('plugin');
    }

    private function body(array $page): string
    {
        $until = implode('/', array_reverse(explode('-', $page['until'])));
        $intro = html::p(null, $this->text('usageintro', ['agency' => $page['name'], 'until' => $until]));
        $months = array_map(fn (array $month): string => $this->month($page, $month), $page['months']);
        return html::div('formcontent danhba-use',
            html::tag('h1', [], $this->text('usagetitle')) . $intro . implode('', $months)
                . $this->sources($page));
    }

    private function month(array $page, array $month): string
    {
        [$year, $number] = explode('-', $month['month']);
        $name = $this->text('usagemonth', ['month' => (string) (int) $number, 'year' => $year]);
        $title = html::tag('h2', [], $name);
        if (!$month['mailboxes']) {
            return $title . html::p(null, $this->text('usagenone'));
        }
        $said = ['days' => (string) $month['days'], 'uncounted' => (string) $month['uncounted']];
        return $title . html::p(null, $this->text($month['uncounted'] ? 'usagegaps' : 'usagedays', $said))
            . $this->chart($page, $month['mailboxes']) . $this->table($page, $month['mailboxes'], $name);
    }

    /** All mailboxes together: in each part of the day, and as a whole beside the target. Each bar is said in words. */
    private function chart(array $page, array $mailboxes): string
    {
        $days = array_sum(array_column($mailboxes, 'days'));
        $bars = '';
        foreach ($page['windows'] as $number => $window) {
            $seen = array_sum(array_map(fn (array $each): int => $each['windows'][$number], $mailboxes));
            $bars .= $this->bar(rcube::Q($window), $seen, $days);
        }
        $met = array_sum(array_column($mailboxes, 'met'));
        $bars .= $this->bar($this->text('usagemet'), $met, $days, (int) $page['target']);
        return html::tag('h3', [], $this->text('usagechart')) . html::tag('ul', ['class' => 'danhba-bars'], $bars);
    }

    private function bar(string $name, int $part, int $whole, ?int $target = null): string
    {
        $said = $target === null ? '' : ' ' . $this->text('usagetarget', ['target' => (string) $target]);
        return html::tag('li', [], html::span('danhba-bar-name', $name) . $this->drawn($part, $whole, $target)
            . html::span('danhba-bar-share', $this->percent($part, $whole) . $said));
    }

    /** A bar without words of its own: what it shows stands beside it. */
    private function drawn(int $part, int $whole, ?int $target): string
    {
        $width = $whole ? number_format(100 * $part / $whole, 1, '.', '') : '0';
        $mark = $target === null ? '' : "<path d=\"M$target 0V10\"></path>";
        return '<svg class="danhba-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"'
            . " focusable=\"false\"><rect width=\"$width\" height=\"10\"></rect>$mark</svg>";
    }

    /** It may be wider than a telephone: it is scrolled then, by keys too, and its name is unlike that of another month. */
    private function table(array $page, array $mailboxes, string $month): string
    {
        $names = [$this->text('usagemailbox'), $this->text('usageworked'), $this->text('usagemet'),
            $this->text('usageshare'), ...array_map([rcube::class, 'Q'], $page['windows'])];
        $head = implode('', array_map(fn (string $name): string => html::tag('th', ['scope' => 'col'], $name), $names));
        $rows = implode('', array_map(fn (array $each): string => $this->row($page, $each), $mailboxes));
        $table = html::tag('table', [], html::tag('caption', [], $this->text('usagecaption'))
            . html::tag('thead', [], html::tag('tr', [], $head)) . html::tag('tbody', [], $rows));
        return html::tag('div', ['class' => 'danhba-scroll', 'role' => 'region', 'tabindex' => '0',
            'aria-label' => $month . ': ' . $this->plugin->gettext('usagecaption')], $table);
    }

    private function row(array $page, array $mailbox): string
    {
        [$days, $met] = [(int) $mailbox['days'], (int) $mailbox['met']];
        $below = $days && 100 * $met < $page['target'] * $days;
        $share = $this->drawn($met, $days, (int) $page['target']) . $this->percent($met, $days)
            . ($below ? ' ' . html::span('danhba-below', $this->text('usagebelow')) : '');
        $name = html::span('danhba-holder', rcube::Q($mailbox['holder'])) . ' '
            . html::span('danhba-own', rcube::Q($mailbox['address']));
        $cells = array_map(fn (string $cell): string => html::tag('td', [], $cell),
            [(string) $days, (string) $met, $share, ...array_map('strval', $mailbox['windows'])]);
        return html::tag('tr', [], html::tag('th', ['scope' => 'row'], $name) . implode('', $cells));
    }

    private function sources(array $page): string
    {
        $parts = fn (array $numbers): string => implode(', ', array_map(
            fn (int $number): string => $page['windows'][$number - 1], $numbers));
        $said = ['agency' => $parts($page['required']['agency']), 'official' => $parts($page['required']['official']),
            'target' => (string) $page['target']];
        $items = array_map(fn (string $name): string => html::tag('li', [], $this->text($name, $said)),
            ['sourcemailboxes', 'sourceworked', 'sourcewindows', 'sourcemet', 'sourceshare', 'sourceprivate']);
        return html::tag('h2', [], $this->text('usagesources')) . html::tag('ul', [], implode('', $items));
    }

    private function percent(int $part, int $whole): string
    {
        return $whole ? number_format(100 * $part / $whole, 1, ',', '.') . ' %' : '–';
    }

    private function text(string $name, array $values = []): string
    {
        return rcube::Q($this->plugin->gettext(['name' => $name, 'vars' => $values]));
    }
}
