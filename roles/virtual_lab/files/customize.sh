#!/bin/sh
# Make the debootstrapped root $1 a lab host: SSH by key, an address from QEMU's network, quick to start.
set -eu
root=$1
echo virtual-lab > "$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 virtual-lab\n' > "$root/etc/hosts"
printf '[Match]\nName=en* eth*\n[Network]\nDHCP=ipv4\n' > "$root/etc/systemd/network/10-lab.network"
printf 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nUseDNS no\n' > "$root/etc/ssh/sshd_config.d/lab.conf"
# The lab writes a host key of its own into each disk.
rm -f "$root"/etc/ssh/ssh_host_*
systemctl --root="$root" --quiet enable systemd-networkd.service ssh.service serial-getty@ttyS0.service
systemctl --root="$root" --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    fstrim.timer systemd-networkd-wait-online.service systemd-timesyncd.service man-db.timer
: > "$root/etc/machine-id"
cp "$root"/boot/vmlinuz-* "$2/vmlinuz"
cp "$root"/boot/initrd.img-* "$2/initrd.img"
chmod 0644 "$2/vmlinuz" "$2/initrd.img"
